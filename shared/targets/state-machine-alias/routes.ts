import type { Routes, StateMachineAliasPlan } from './shapes.ts';

/** Whether two routings send the same shares to the same versions; a version without a share does not count. */
export function sameRoutes(one: Routes, other: Routes): boolean {
  const [left, right] = [partsOf(one), partsOf(other)];
  return left.size === right.size && [...left].every(([version, weight]) => right.get(version) === weight);
}

function partsOf(routes: Routes): ReadonlyMap<string, number> {
  return new Map(routes.filter(({ weight }) => weight > 0).map(({ version, weight }) => [version, weight]));
}

/** The version that gets all executions; undefined if two share them. */
export function aloneIn(routes: Routes): string | undefined {
  const [[version] = [undefined], ...others] = [...partsOf(routes)];
  return others.length === 0 ? version : undefined;
}

/** The versions of a routing with a share. */
export function versionsIn(routes: Routes): string[] {
  return [...partsOf(routes).keys()];
}

/** The newest version: version numbers only rise. */
export function newestOf(versions: readonly string[]): number {
  return Math.max(...versions.map(Number));
}

/** A routing in words: `version 3`, or `version 3 (90 %) and version 4 (10 %)`. */
export function inWords(routes: Routes): string {
  const alone = aloneIn(routes);
  if (alone !== undefined) return `version ${alone}`;
  return [...partsOf(routes)].map(([version, weight]) => `version ${version} (${weight} %)`).join(' and ');
}

/** The routing of an alias, in words. */
export function describeAlias({ target }: Pick<StateMachineAliasPlan, 'target'>, routes: Routes): string {
  return `${target} on ${inWords(routes)}`;
}
