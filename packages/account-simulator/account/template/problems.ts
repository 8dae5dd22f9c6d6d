/**
 * Where the engine reports what is wrong with a template. A list collects everything, so that one run shows it all;
 * CloudFormation itself throws at the first.
 */
export interface Problems {
  /**
   * @param path where in the template, as `Resources.Queue.Properties.QueueName`; empty for the template as a whole
   * @param reason in CloudFormation's words, as far as they are known
   */
  add(path: string, reason: string): void;
}

/** Thrown by a scope for a name that it cannot resolve; the engine reports its message at the path in question. */
export class Unresolvable extends Error {
  override readonly name = 'Unresolvable';
}

/** What CloudFormation has and the engine has no model of. */
export function notSimulated(what: string): string {
  return `The simulated CloudFormation does not support ${what}.`;
}

/** A reference to what does not exist. */
export function unresolvedDependencies(names: readonly string[], block: string): string {
  return `Template format error: Unresolved resource dependencies [${names.join(', ')}] in the ${block} block of the template`;
}
