import type { TaskTokens } from '../aws/task-tokens.ts';
import type { Attempt, IncidentLedger } from '../ledger/incident-ledger.ts';
import type { ServiceResult } from '../ledger/records.ts';
import type { WaitingLedger } from '../ledger/waiting-ledger.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import { type Wave, waitingIn } from '../targets/waves.ts';
import {
  letsProvidersBegin,
  readinessOf,
  readinessOfRest,
  type StartSignal,
  skipBecauseOf,
  type Waiting,
} from './readiness.ts';

export interface NotifyDeps {
  readonly incidents: Pick<IncidentLedger, 'serviceResult' | 'overtaken'>;
  readonly waitingServices: Pick<WaitingLedger, 'tokenOf' | 'forget'>;
  readonly plans: Pick<PlanStore, 'readService'>;
  readonly tokens: Pick<TaskTokens, 'succeed'>;
}

/** Waiting services handled in parallel. */
const atOnce = 10;

/**
 * Notifies the services of a wave that wait for a service whose result has just been recorded, if they may begin.
 *
 * A provider registers its token before it reads the results, and this runs after the result was recorded: the later of the
 * two sees the other. If both do, the second answer to the token is refused and does no harm.
 */
export async function notifyWaiting(
  { incidents, waitingServices, plans, tokens }: NotifyDeps,
  planKey: string,
  of: Wave,
  result: Pick<ServiceResult, 'incidentId' | 'attempt' | 'service' | 'status' | 'providersGoOn'>,
): Promise<void> {
  const { notifies } = waitingIn(await plans.readService(planKey, result.service), of);
  const limited = limitConcurrency(atOnce);
  await Promise.all(notifies.map((provider) => limited(() => notify(provider))));

  async function notify(provider: string): Promise<void> {
    const token = await waitingServices.tokenOf(result, provider);
    if (token === undefined) return;
    const signal = await nextSignal(provider);
    if (signal.turn !== 'wait')
      await sendSignal({ waitingServices, tokens }, result, provider, token, signal);
  }

  async function nextSignal(provider: string): Promise<StartSignal | Waiting> {
    if (of === 'rest') return readinessOfRest(incidents, result, await plans.readService(planKey, provider));
    if (!letsProvidersBegin(result)) return skipBecauseOf(result);
    return readinessOf(incidents, result, await plans.readService(planKey, provider));
  }
}

/** Answers a waiting service's token and forgets it. */
export async function sendSignal(
  { waitingServices, tokens }: Pick<NotifyDeps, 'waitingServices' | 'tokens'>,
  attempt: Attempt,
  service: string,
  token: string,
  signal: StartSignal,
): Promise<void> {
  await tokens.succeed(token, signal);
  await waitingServices.forget(attempt, service, token);
}
