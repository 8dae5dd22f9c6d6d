import { isAlias } from '../catalog/alias-kinds.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import type { TargetEntry } from '../targets/shapes.ts';
import type { Pace, PaceLedger } from './pace-ledger.ts';

/**
 * To record an alias takes three requests to Lambda's control plane: where it points, what code that is, and its
 * provisioned concurrency.
 */
const requestsPerAlias = 3;

/**
 * A third of the 15 requests a second that all callers of Lambda's control plane have together, the teams' own
 * deployments and a rollback that may be under way among them (Lambda developer guide, "Lambda quotas"). 150 services
 * of 6 functions are recorded in nine minutes.
 */
const functions: Pace = { of: 'recorded-functions', perSecond: 5, burst: 1 };

/** A third of the 3 requests a second of DescribeParameters (General Reference, Systems Manager quotas). */
const parameters: Pace = { of: 'recorded-parameters', perSecond: 1, burst: 1 };

/** A third of the 10 requests a second of API Gateway's control plane (API Gateway quotas). */
const stages: Pace = { of: 'recorded-stages', perSecond: 3, burst: 1 };

/**
 * Takes the next moment at which it may be asked where so many aliases point, in the same row as what is recorded: many
 * releases are watched at once after all services were recorded.
 *
 * @returns ms since the epoch; now, or earlier, where it may be asked at once
 */
export async function takeLookMoment(paces: PaceLedger, aliases: number): Promise<number> {
  return aliases > 0 ? paces.take(functions, aliases) : 0;
}

/**
 * Takes the next moment at which a service may be recorded, over all executions of the account: however many services
 * are to be recorded at once, what they read together stays under the request limits.
 *
 * @returns ms since the epoch; now, or earlier, where it may be recorded at once
 */
export async function takeRecordingMoment(paces: PaceLedger, { targets }: ServiceEntry): Promise<number> {
  const count = (isOne: (target: TargetEntry) => boolean) => targets.filter(isOne).length;
  const demands: readonly (readonly [Pace, number])[] = [
    [functions, requestsPerAlias * count(isAlias)],
    [parameters, count(({ kind }) => kind === 'parameter')],
    [stages, count(({ kind }) => kind === 'api-stage')],
  ];
  let moment = 0;
  for (const [pace, requests] of demands) {
    if (requests > 0) moment = Math.max(moment, await paces.take(pace, requests));
  }
  return moment;
}
