import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { serviceEntry } from '../../../shared/catalog/service-entry.ts';
import { type ReleaseRecord, releaseIdOf } from '../../../shared/ledger/records.ts';

/** A catalog whose services all go back with the first, and the duration of each change. */
export interface RollbackCase {
  readonly entries: readonly ServiceEntry[];
  readonly releases: readonly ReleaseRecord[];
  /** ms from the change to its effect, by name of the function or stack. */
  readonly durations: ReadonlyMap<string, number>;
  /** The start of the last release, ms since the epoch. */
  readonly releasedAt: number;
}

const start = Date.parse('2026-01-05T09:00:00.000Z');
const second = 1_000;
const minute = 60 * second;

/**
 * Draws a catalog in which every service was released on top of the first, so that all of them go back with it.
 *
 * A service depends on one to three earlier services, mostly near ones, which makes chains. All have an alias: two of five
 * come back in 1 to 5 s, the others, with provisioned concurrency, in 1 to 12 minutes. Three of five also have a stack,
 * which takes `stackMinutes`.
 */
export function rollbackCase(
  size: number,
  random: SeededRandom,
  stackMinutes: readonly [number, number],
): RollbackCase {
  const names = Array.from({ length: size }, (_, index) => `service-${String(index).padStart(4, '0')}`);
  const durations = new Map<string, number>();
  const entries: ServiceEntry[] = [];
  const releases: ReleaseRecord[] = [];
  for (const [index, service] of names.entries()) {
    const hasStack = random.chance(0.6);
    const providers = new Set<string>();
    for (let count = Math.min(index, random.integer(1, 3)); count > 0; count -= 1) {
      const reach = Math.max(8, Math.floor(size / 8));
      providers.add(names[Math.max(0, index - random.integer(1, reach))] as string);
    }
    entries.push(
      serviceEntry.parse({
        version: 1,
        service,
        dependsOn: [...providers],
        targets: [
          { kind: 'lambda-alias', function: functionOf(service) },
          ...(hasStack ? [{ kind: 'cloudformation', stack: stackOf(service) }] : []),
        ],
      }),
    );
    const isSlow = random.chance(0.6);
    durations.set(
      functionOf(service),
      isSlow ? random.integer(minute, 12 * minute) : random.integer(1, 5) * second,
    );
    const [least, most] = stackMinutes;
    const part = random.uniform();
    if (hasStack) durations.set(stackOf(service), Math.round((least + part * (most - least)) * minute));
    releases.push(
      release(service, start + index * second, '1', hasStack),
      release(service, start + (size + 60 + index) * second, '2', hasStack),
    );
  }
  return { entries, releases, durations, releasedAt: start + (2 * size + 60) * second };
}

/** The least time until a service's users are back, once it is the service's turn: its alias counts, its stack does not. */
export function leastDuration({ durations }: Pick<RollbackCase, 'durations'>, service: string): number {
  return durations.get(functionOf(service)) ?? 0;
}

function functionOf(service: string): string {
  return `${service}-handle`;
}

function stackOf(service: string): string {
  return `shop-${service}`;
}

function release(service: string, at: number, version: string, hasStack: boolean): ReleaseRecord {
  const startedAt = new Date(at).toISOString();
  const stack = stackOf(service);
  return {
    releaseId: releaseIdOf(service, startedAt),
    service,
    startedAt,
    verdict: 'good',
    deployments: {},
    ...(hasStack && { stack }),
    snapshot: [
      {
        kind: 'lambda-alias',
        target: `${functionOf(service)}:live`,
        function: functionOf(service),
        alias: 'live',
        version,
        codeSha256: `code-of-${version}`,
      },
      ...(hasStack
        ? [
            {
              kind: 'cloudformation' as const,
              target: 'stack',
              stack,
              templateKey: 'templates/any.template',
              parameters: [],
              capabilities: [],
              tags: [],
            },
          ]
        : []),
    ],
  };
}
