import { DependencyGraph } from '../cut/dependency-graph.ts';
import { nearestName } from '../nearest-name.ts';
import type { EntryProblem } from './parse-service-entry.ts';
import type { ServiceEntry } from './service-entry.ts';
import { contestedStacks } from './stack-owners.ts';
import { contestedTargets } from './target-owners.ts';

/** Bytes that a standard parameter holds (Parameter Store user guide, "Managing parameter tiers"). */
export const parameterBytes = 4096;
/** Bytes that an advanced one holds; an account may forbid advanced parameters. */
export const advancedBytes = 8192;

/** Something about the entry of a service. An error keeps it from being pushed, a note does not. */
export interface CatalogFinding extends EntryProblem {
  readonly service: string;
  readonly severity: 'error' | 'note';
}

/**
 * What is wrong with entries that are each valid alone: names of no service, services named twice, stacks of two
 * services; and what is allowed and should be known: circles, and stacks that no rollback would put back.
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

/** A provider that an entry names and that is no service. */
export interface UnknownProvider extends EntryProblem {
  readonly service: string;
  /** The other service that may be meant. */
  readonly nearest: string | undefined;
}

/** The providers that entries name and that are no services. No service is meant to be a provider of its own. */
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
    // An entry without targets gets its stack as one.
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
