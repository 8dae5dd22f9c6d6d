/**
 * Receives the problems of a template. A list collects all of them, so that one run shows everything; CloudFormation itself
 * throws at the first.
 */
export interface Problems {
  /**
   * @param path place in the template, as `Resources.Queue.Properties.QueueName`; empty for the whole template
   * @param reason in CloudFormation's words, as far as they are known
   */
  add(path: string, reason: string): void;
}

/** Thrown by a scope for a name that it cannot resolve; the engine reports its message at the path in question. */
export class Unresolvable extends Error {
  override readonly name = 'Unresolvable';
}

/** The message for a CloudFormation feature that the engine does not simulate. */
export function notSimulated(what: string): string {
  return `The simulated CloudFormation does not support ${what}.`;
}

/** The message for references to missing names. */
export function unresolvedDependencies(names: readonly string[], block: string): string {
  return `Template format error: Unresolved resource dependencies [${names.join(', ')}] in the ${block} block of the template`;
}
