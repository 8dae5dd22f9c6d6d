import type { Attempt, IncidentLedger } from '../ledger/incident-ledger.ts';
import { isTrafficBack, type ServiceResult } from '../ledger/records.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import { isStack, waitingIn } from '../targets/waves.ts';

/** The signal to a service that waited: to begin, or to leave its targets alone, with the reason. */
export interface StartSignal {
  readonly turn: 'go' | 'skip';
  /** Empty for `go`. */
  readonly reason: string;
}

/** The service has to wait: these consumers have no result yet, and others may have none either. */
export interface Waiting {
  readonly turn: 'wait';
  readonly atWork: readonly string[];
}

/** Results read in parallel, at first and at most. */
const firstRead = 2;
const mostRead = 64;

/**
 * Whether a service may begin. `go`: all services that it waits for are back, or it can do without them. `skip`: one of them
 * did not come back, or somebody released over any service of the attempt. `wait`: one of them is still at work.
 *
 * Reading stops at the first one at work. Neighbours in the list are read far apart, so that among a thousand consumers that
 * finish one by one, in list order or at random, each check reads a few results and not all of them.
 */
export async function readinessOf(
  incidents: Pick<IncidentLedger, 'serviceResult' | 'overtaken'>,
  attempt: Attempt,
  { waitsFor }: Pick<ServicePlan, 'waitsFor'>,
): Promise<StartSignal | Waiting> {
  const open = scattered(waitsFor);
  for (let size = firstRead; open.length > 0; size = Math.min(mostRead, size * 2)) {
    const some = open.splice(0, size);
    const results = await Promise.all(some.map((consumer) => incidents.serviceResult(attempt, consumer)));
    const lost = results.find((result) => result && !letsProvidersBegin(result));
    if (lost) return skipBecauseOf(lost);
    const atWork = some.filter((_, index) => results[index] === undefined);
    if (atWork.length > 0) return { turn: 'wait', atWork };
  }
  const [overtaken] = await incidents.overtaken(attempt);
  return overtaken === undefined
    ? { turn: 'go', reason: '' }
    : { turn: 'skip', reason: `${overtaken} ${whatBecame.superseded}, so everything is planned again` };
}

/**
 * Whether the last wave of a service may begin: that wave has ended, well or not, for all services that it waits for. The
 * stack itself then finds out whether it can go back. It never waits if everything is planned again.
 */
export async function readinessOfRest(
  incidents: Pick<IncidentLedger, 'serviceResult' | 'overtaken'>,
  attempt: Attempt,
  plan: Pick<ServicePlan, 'waitsFor' | 'notifies' | 'rest'>,
): Promise<StartSignal | Waiting> {
  const { waitsFor } = waitingIn(plan, 'rest');
  const results = await Promise.all(waitsFor.map((other) => incidents.serviceResult(attempt, other)));
  const atWork = waitsFor.filter((_, index) => !hasEndedRest(results[index]));
  const isOver = atWork.length === 0 || (await incidents.overtaken(attempt)).length > 0;
  return isOver ? { turn: 'go', reason: '' } : { turn: 'wait', atWork };
}

/**
 * A service whose users are not back has nothing to do in the last wave; after that wave every other result names the stack.
 */
function hasEndedRest(result: ServiceResult | undefined): boolean {
  return (
    result !== undefined && (!isTrafficBack(result) || result.targets.some(({ target }) => isStack(target)))
  );
}

/** Whether the result of a service lets its providers begin. */
export function letsProvidersBegin(result: Pick<ServiceResult, 'status' | 'providersGoOn'>): boolean {
  return isTrafficBack(result) || result.providersGoOn === true;
}

/** The part of a failed service's result that lets its providers go on. */
export function ofItsProviders(
  { onFailure }: Pick<ServicePlan, 'onFailure'>,
  status: ServiceResult['status'],
): Pick<ServiceResult, 'providersGoOn'> {
  const isLost = status === 'failed' || status === 'skipped';
  return isLost && onFailure === 'continue' ? { providersGoOn: true } : {};
}

const whatBecame: Record<ServiceResult['status'], string> = {
  'rolled-back': 'came back',
  'traffic-restored': 'came back',
  failed: 'did not come back',
  skipped: 'was left as it is',
  superseded: 'was released again meanwhile',
};

/** The signal to the providers of a service that did not come back. */
export function skipBecauseOf({ service, status }: Pick<ServiceResult, 'service' | 'status'>): StartSignal {
  return { turn: 'skip', reason: `its consumer ${service} ${whatBecame[status]}, so it is left as it is` };
}

/**
 * The whole list, in steps of the golden section, so that any few in a row are spread over the list. Services that begin one
 * by one mostly finish in list order: read from the front, nearly all finished ones would come before the first one at work.
 */
function scattered(all: readonly string[]): string[] {
  const places = all.length;
  const step = firstCoprime(Math.max(1, Math.round(places * 0.618)), places);
  return all.map((_, index) => all[(index * step) % places] as string);
}

/** The first number from `from` on that shares no divisor with `places`: steps of it visit every place once. */
function firstCoprime(from: number, places: number): number {
  return commonDivisor(from, places) === 1 ? from : firstCoprime(from + 1, places);
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other);
}
