import type { FigureLedger } from '../ledger/figure-ledger.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { embeddedMetrics, type MetricUnit } from './emf.ts';
import { strategyOf } from './strategy.ts';

/** The namespace of all metrics of the coordinator. */
export const namespace = 'RollbackCoordinator';

/** The metrics of releases and incidents, with their units. */
export const releaseFigures = {
  /** Releases whose verdict is final. */
  Releases: 'Count',
  /** 1 for a release without evidence against it, 0 for another: the average is the success rate. */
  Successes: 'Count',
  /** From the first deployment of a release to the end of its last deployment's shift. */
  TimeToDeploy: 'Seconds',
  /** From the first traffic of a bad version to the incident. */
  TimeToDetect: 'Seconds',
  /** From the incident to the beginning of its rollback: planning, permission and locks. */
  TimeToDecide: 'Seconds',
  /** From the incident until the users of all services of its plan are back. */
  TimeToRestoreTraffic: 'Seconds',
  /** From the incident to its end as `rolled-back`: stacks as well. */
  TimeToConverge: 'Seconds',
  /** Incidents that restored something. */
  Rollbacks: 'Count',
  /** 1 for an attempt of an incident that ended and needs a person, 0 for another. */
  Unfinished: 'Count',
} as const satisfies Record<string, MetricUnit>;

/** The metrics of a sweep, with their units. */
export const sweepFigures = {
  OpenIncidents: 'Count',
  /** Age of the oldest open incident, and so of the oldest lock; 0 if none is open. */
  OldestIncident: 'Seconds',
  /** Deployments without a watch, and incidents without an end, that the sweep found. */
  LostWork: 'Count',
  /** Mails that SNS still refuses. */
  UnsentMails: 'Count',
} as const satisfies Record<string, MetricUnit>;

/** One value becomes one metric per set. Service and strategy never stand in one set. */
export const releaseSets = [
  ['Environment'],
  ['Environment', 'Service'],
  ['Environment', 'Strategy'],
] as const;
export const sweepSets = [['Environment']] as const;

/** Values of one fact, by metric. */
export type ReleaseValues = Partial<Record<keyof typeof releaseFigures, number>>;
export type SweepValues = Record<keyof typeof sweepFigures, number>;

export interface FiguresDeps {
  readonly ledger: Pick<FigureLedger, 'claim' | 'confirm'>;
  readonly releases: Pick<ReleaseLedger, 'find'>;
  readonly environment: string;
  readonly now: () => number;
  readonly writeLog: (line: string) => void;
}

/**
 * Writes the coordinator's metrics, each when its fact has become final.
 *
 * A fact is counted once, also if its step is retried: the step claims it in the ledger before it writes the line. A fact
 * counts twice only if the process dies after the line and before the ledger is updated, and never only if the step is given
 * up between the claim and the line. No step fails because of a metric.
 */
export class Figures {
  readonly #deps: FiguresDeps;

  constructor(deps: FiguresDeps) {
    this.#deps = deps;
  }

  /**
   * Counts a fact about a release, or about its incident, which has the same id.
   *
   * @param fact name of the fact; counted once per release
   * @param owner the step that counts it; the same over all its retries
   */
  async count(releaseId: string, fact: string, owner: string, values: ReleaseValues): Promise<void> {
    const { ledger, releases, environment, now, writeLog } = this.#deps;
    try {
      if (!(await ledger.claim(releaseId, fact, owner))) return;
      const release = await releases.find(releaseId);
      if (!release) return;
      const dimensions = {
        Environment: environment,
        Service: release.service,
        Strategy: strategyOf(release),
      };
      const at = now();
      writeLog(
        embeddedMetrics({
          namespace,
          at,
          dimensions,
          sets: releaseSets,
          values,
          units: releaseFigures,
          properties: { release: releaseId, fact },
        }),
      );
      await ledger.confirm(releaseId, fact, owner, new Date(at).toISOString());
    } catch (error) {
      const { name } = error as Error;
      const timestamp = new Date(now()).toISOString();
      const message = `The metrics of ${fact} of ${releaseId} may be missing: ${name}`;
      writeLog(JSON.stringify({ timestamp, level: 'WARN', message, release: releaseId, error: name }));
    }
  }

  /** Writes the findings of a sweep. They are a state: a second line changes no maximum. */
  swept(values: SweepValues): void {
    const { environment, now, writeLog } = this.#deps;
    const dimensions = { Environment: environment };
    const line = { namespace, at: now(), dimensions, sets: sweepSets, values, units: sweepFigures };
    writeLog(embeddedMetrics(line));
  }
}

/** Seconds between two times, ms since the epoch; not below 0, even if two clocks disagree. */
export function secondsBetween(from: number, until: number): number {
  return Math.max(0, Math.round((until - from) / 1000));
}
