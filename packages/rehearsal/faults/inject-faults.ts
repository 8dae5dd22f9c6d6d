import type { Attach } from '../run/attachment.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { release } from '../scenario/scenario-release.ts';
import { disturbCalls } from './call-faults.ts';
import { disturbEvents } from './event-faults.ts';
import type { Fault, FaultKind, FaultOf } from './fault.ts';
import { type FaultSite, faultSite } from './fault-site.ts';
import { killProcesses, skewClocks } from './function-faults.ts';
import {
  breakCatalog,
  flapAlarm,
  redrive,
  startRollback,
  startWatch,
  stopExecution,
} from './interventions.ts';
import { breakStack, deleteTemplates, deleteVersions } from './losses.ts';
import { disturbMetrics } from './metric-faults.ts';
import { staleReads } from './stale-reads.ts';

/**
 * Adds faults to a run.
 *
 * @param counts receives the number of strikes of each fault, by its label
 */
export function injectFaults(faults: readonly Fault[], counts: Map<string, number> = new Map()): Attach {
  return (run) => {
    const site = faultSite(run, counts);
    for (const fault of faults) inject(fault, site);
    return { isOver: () => site.pending() === 0 };
  };
}

type Injector<K extends FaultKind> = (fault: FaultOf<K>, site: FaultSite) => void;

const injectors: { readonly [K in FaultKind]: Injector<K> } = {
  throttle: disturbCalls,
  'fail-before': disturbCalls,
  'fail-after': disturbCalls,
  'lose-response': disturbCalls,
  slow: disturbCalls,
  'stale-read': staleReads,
  'process-dies': killProcesses,
  'clock-skew': skewClocks,
  event: disturbEvents,
  metrics: disturbMetrics,
  'stop-execution': stopExecution,
  redrive,
  start: startRollback,
  watch: startWatch,
  'catalog-broken': breakCatalog,
  'alarm-flaps': flapAlarm,
  'delete-versions': deleteVersions,
  'delete-templates': deleteTemplates,
  stack: breakStack,
  release: noteRelease,
};

function inject<K extends FaultKind>(fault: FaultOf<K>, site: FaultSite): void {
  const injector = injectors[fault.kind] as unknown as Injector<K>;
  injector(fault, site);
}

function noteRelease(fault: FaultOf<'release'>, site: FaultSite): void {
  site.later(Date.parse(site.scenario.start) + fault.at, () =>
    site.strikes(fault, `another release of ${fault.service}`),
  );
}

/** The scenario with the releases that faults add to it: they are deployed like any other. */
export function withFaults(scenario: Scenario, faults: readonly Fault[]): Scenario {
  const added = faults.flatMap((fault) =>
    fault.kind === 'release'
      ? release.parse({
          service: fault.service,
          at: `${fault.at}ms`,
          config: fault.config,
          ...(fault.bad > 0 && { bad: { errorRate: fault.bad } }),
        })
      : [],
  );
  if (added.length === 0) return scenario;
  return { ...scenario, releases: [...scenario.releases, ...added].sort((a, b) => a.at - b.at) };
}
