import { referencesIn } from './references.ts';
import type { Template } from './template.ts';
import type { ProblemList } from './template-problem.ts';

/**
 * Notes resources that refer to each other in a circle: CloudFormation makes a resource after those it refers
 * to, and refuses a template where that is impossible ("Circular dependency between resources").
 */
export function checkDependencies(template: Template, problems: ProblemList): void {
  const dependencies = new Map(
    template.resources.map(({ logicalId, properties, path, dependsOn }) => [
      logicalId,
      new Set([...[...referencesIn(properties, path)].map(({ name }) => name), ...dependsOn]),
    ]),
  );
  const finished = new Set<string>();
  const way: string[] = [];
  const visit = (logicalId: string): void => {
    const start = way.indexOf(logicalId);
    if (start >= 0) {
      const circle = way.slice(start);
      // Named from its smallest member, so that one circle is noted once wherever it was entered.
      const first = circle.indexOf([...circle].sort()[0] as string);
      const named = [...circle.slice(first), ...circle.slice(0, first)];
      problems.add(`Resources.${named[0]}`, `depends on itself: ${[...named, named[0]].join(' → ')}`);
      return;
    }
    if (finished.has(logicalId)) return;
    way.push(logicalId);
    for (const name of dependencies.get(logicalId) ?? []) visit(name);
    way.pop();
    finished.add(logicalId);
  };
  for (const logicalId of dependencies.keys()) visit(logicalId);
}
