import * as z from 'zod';
import type { TaskTokens } from '../../shared/aws/task-tokens.ts';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import { turnOf } from '../../shared/incident/turn.ts';
import { tellTurn } from '../../shared/incident/wake-providers.ts';
import type { IncidentLedger } from '../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import type { TurnLedger } from '../../shared/ledger/turn-ledger.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';

export const waitForConsumersInput = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  planKey: z.string(),
  /** Token of the task this is called by; it stays open until somebody answers it. */
  taskToken: z.string(),
});

/** What the rule needs. */
export interface WaitForConsumersDeps {
  readonly incidents: IncidentLedger;
  readonly locks: LockLedger;
  readonly turns: TurnLedger;
  readonly tokens: TaskTokens;
  readonly plans: PlanStore;
}

/**
 * Lets a service wait until it is its turn: registers its token, then reads what became of its consumers, and answers
 * the token itself where it is its turn already. The last of its consumers answers it otherwise.
 *
 * Called again while it waits, since an answer may be lost, it renews the service's lock and reads afresh.
 *
 * @throws LockLost when the service is no longer this incident's, so that nobody waits for an incident that ended
 */
export function waitForConsumers({ incidents, locks, turns, tokens, plans }: WaitForConsumersDeps) {
  return async (input: z.infer<typeof waitForConsumersInput>): Promise<{ readonly waiting: boolean }> => {
    const { service, planKey, taskToken } = input;
    await locks.renew(service, lockOwner(input));
    // Before the results are read: a consumer that is done afterwards finds it.
    await turns.wait(input, service, taskToken);
    const plan = await plans.readService(planKey, service);
    const turn = await turnOf(incidents, input, plan, service);
    if (turn) await tellTurn({ turns, tokens }, input, service, taskToken, turn);
    return { waiting: turn === undefined };
  };
}
