import * as z from 'zod';
import { CatalogUnreadable } from '../errors.ts';
import { describeIssues } from '../task.ts';
import { type ServiceEntry, serviceEntry, type TargetEntry } from './service-entry.ts';

/** Key of the compiled catalog in the coordinator's bucket. */
export const compiledCatalogKey = 'catalog/compiled.json';

/** All services of one environment, compiled from their parameters into one object. */
export const compiledCatalog = z.strictObject({
  compiledAt: z.iso.datetime(),
  services: z.record(z.string(), serviceEntry),
});
export type CompiledCatalog = z.infer<typeof compiledCatalog>;

/**
 * Reads a compiled catalog.
 *
 * @throws CatalogUnreadable when it is not JSON of the schema
 */
export function parseCompiledCatalog(text: string): CompiledCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CatalogUnreadable(`${compiledCatalogKey} is not JSON: ${(error as Error).message}`);
  }
  const parsed = compiledCatalog.safeParse(value);
  if (!parsed.success) throw new CatalogUnreadable(`${compiledCatalogKey}: ${describeIssues(parsed.error)}`);
  return parsed.data;
}

/** The service and the target that a deployment belongs to; undefined for one the catalog does not name. */
export function ownerOfDeployment(
  catalog: CompiledCatalog,
  deployment: { readonly application: string; readonly deploymentGroup: string },
): { readonly entry: ServiceEntry; readonly target: TargetEntry & { kind: 'codedeploy' } } | undefined {
  for (const entry of Object.values(catalog.services)) {
    for (const target of entry.targets) {
      if (target.kind !== 'codedeploy') continue;
      const application = target.application ?? `${entry.stack}-ServerlessDeploymentApplication-*`;
      const group = target.deploymentGroup ?? `${entry.stack}-${target.function}DeploymentGroup-*`;
      if (matches(application, deployment.application) && matches(group, deployment.deploymentGroup)) {
        return { entry, target };
      }
    }
  }
  return undefined;
}

/** The name in `known` that `given` most likely meant, if one is near. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: editDistance(given, name) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(2, given.length / 3) ? best.name : undefined;
}

function matches(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
