import type { TaskTokens } from '../aws/task-tokens.ts';
import type { Attempt, IncidentLedger } from '../ledger/incident-ledger.ts';
import type { ServiceResult } from '../ledger/records.ts';
import type { TurnLedger } from '../ledger/turn-ledger.ts';
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

/** What waking needs. */
export interface WakeDeps {
  readonly incidents: Pick<IncidentLedger, 'serviceResult' | 'overtaken'>;
  readonly turns: Pick<TurnLedger, 'tokenOf' | 'forget'>;
  readonly plans: Pick<PlanStore, 'readService'>;
  readonly tokens: Pick<TaskTokens, 'succeed'>;
}

/** Waiting services looked at side by side. */
const atOnce = 10;

/**
 * Tells the services that wait in a wave for one whose result has just been recorded, as far as it is their turn.
 *
 * A provider registers its token before it reads the results, and this runs after the result was recorded: whichever
 * comes later sees the other. Both may see it; the second of two answers to one token is refused and does no harm.
 */
export async function wakeWaiting(
  { incidents, turns, plans, tokens }: WakeDeps,
  planKey: string,
  of: Wave,
  result: Pick<ServiceResult, 'incidentId' | 'attempt' | 'service' | 'status' | 'providersGoOn'>,
): Promise<void> {
  const { notifies } = waitingIn(await plans.readService(planKey, result.service), of);
  const limited = limitConcurrency(atOnce);
  await Promise.all(notifies.map((provider) => limited(() => wake(provider))));

  async function wake(provider: string): Promise<void> {
    const token = await turns.tokenOf(result, provider);
    if (token === undefined) return;
    const turn = await nextSignal(provider);
    if (turn.turn !== 'wait') await sendSignal({ turns, tokens }, result, provider, token, turn);
  }

  async function nextSignal(provider: string): Promise<StartSignal | Waiting> {
    if (of === 'rest') return readinessOfRest(incidents, result, await plans.readService(planKey, provider));
    if (!letsProvidersBegin(result)) return skipBecauseOf(result);
    return readinessOf(incidents, result, await plans.readService(planKey, provider));
  }
}

/** Answers a waiting service's token and forgets it. */
export async function sendSignal(
  { turns, tokens }: Pick<WakeDeps, 'turns' | 'tokens'>,
  attempt: Attempt,
  service: string,
  token: string,
  turn: StartSignal,
): Promise<void> {
  await tokens.succeed(token, turn);
  await turns.forget(attempt, service, token);
}
