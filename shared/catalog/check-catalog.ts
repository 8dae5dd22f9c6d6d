import { DependencyGraph } from '../cut/dependency-graph.ts';
import { nearestName } from '../nearest-name.ts';
import type { EntryProblem } from './parse-service-entry.ts';
import type { ServiceEntry } from './service-entry.ts';
import { contestedStacks } from './stack-owners.ts';
import { contestedTargets } from './target-owners.ts';

/** Bytes of a standard parameter, at most (Parameter Store user guide, "Managing parameter tiers"). */
export const parameterBytes = 4096;
/** Bytes of an advanced parameter, at most; an account may forbid these. */
export const advancedBytes = 8192;

/** A finding about the entry of a service. An error keeps the entry from being pushed, a note does not. */
export interface CatalogFinding extends EntryProblem {
  readonly service: string;
  readonly severity: 'error' | 'note';
}

/**
 * Checks between entries that are each valid alone. Errors: names of no service, services named twice, stacks of two
 * services. Notes: circles, and stacks that no rollback would restore.
 *
 * @param elsewhere services that exist although they are not among the entries
 */
export function checkCatalog(
  entries: readonly ServiceEntry[],
  elsewhere: readonly string[] = [],
): CatalogFinding[] {
  const graph = new DependencyGraph(entries);
  return [
    ...duplicates(entries),
    ...unknownProviders(entries, elsewhere).map(({ service, path, reason }) => ({
      service,
      severity: 'error' as const,
      path,
      reason,
    })),
    ...cycles(graph),
    ...contestedStacks(entries).map(({ service, path, stack, owner }) => ({
      service,
      severity: 'error' as const,
      path,
      reason: `"${stack}" is the stack of ${owner}`,
    })),
    ...contestedTargets(entries).map(({ service, path, reason }) => ({
      service,
      severity: 'error' as const,
      path,
      reason,
    })),
    ...stacksLeftBehind(entries),
  ];
}

function duplicates(entries: readonly ServiceEntry[]): CatalogFinding[] {
  return entries.flatMap(({ service }, index) =>
    entries.findIndex((other) => other.service === service) === index
      ? []
      : [{ service, severity: 'error', path: 'service', reason: `"${service}" has an entry already` }],
  );
}

/** A name that an entry lists as a provider although no service has it. */
export interface UnknownProvider extends EntryProblem {
  readonly service: string;
  /** The service that is probably meant. */
  readonly nearest: string | undefined;
}

/**
 * The names that entries list as providers although no service has them. A service itself is never suggested as its own
 * provider.
 */
export function unknownProviders(
  entries: readonly ServiceEntry[],
  elsewhere: readonly string[],
): UnknownProvider[] {
  const known = [...new Set([...entries.map(({ service }) => service), ...elsewhere])].sort();
  return entries.flatMap(({ service, dependsOn }) =>
    dependsOn.flatMap((item, index): UnknownProvider[] => {
      const provider = typeof item === 'string' ? item : item.service;
      if (known.includes(provider)) return [];
      const nearest = nearestName(
        provider,
        known.filter((name) => name !== service),
      );
      const reason = `there is no service "${provider}"${nearest ? `; did you mean "${nearest}"?` : ''}`;
      return [{ service, path: `dependsOn.${index}`, reason, nearest }];
    }),
  );
}

function cycles(graph: DependencyGraph): CatalogFinding[] {
  return graph.cycles.map(({ services, path }) => ({
    service: services[0] ?? '',
    severity: 'note',
    path: 'dependsOn',
    reason: `${path.join(' -> ')} is a circle: ${services.join(', ')} go back together`,
  }));
}

function stacksLeftBehind(entries: readonly ServiceEntry[]): CatalogFinding[] {
  return entries.flatMap(({ service, stack, targets }): CatalogFinding[] => {
    // An entry without targets gets its stack as a target.
    if (
      stack === undefined ||
      targets.length === 0 ||
      targets.some(({ kind }) => kind === 'cloudformation')
    ) {
      return [];
    }
    const reason = `has no way back for the stack "${stack}": without a cloudformation target only its aliases are pinned, and the rest stays as the bad release left it`;
    return [{ service, severity: 'note', path: 'targets', reason }];
  });
}
