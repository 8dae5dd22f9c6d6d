import * as z from 'zod';
import type { TaskTokens } from '../../../shared/aws/task-tokens.ts';
import { givenUp } from '../../../shared/incident/given-up.ts';
import { lockOwner } from '../../../shared/incident/lock-owner.ts';
import { sendSignal } from '../../../shared/incident/notify-waiting.ts';
import {
  readinessOf,
  readinessOfRest,
  type StartSignal,
  type Waiting,
} from '../../../shared/incident/readiness.ts';
import type { Attempt, IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { type LockLedger, leaseMs } from '../../../shared/ledger/lock-ledger.ts';
import type { WaitingLedger } from '../../../shared/ledger/waiting-ledger.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import { serviceStep } from '../../../shared/targets/steps.ts';
import { wave } from '../../../shared/targets/waves.ts';

export const waitForConsumersInput = z.strictObject({
  ...serviceStep,
  /** The wave in which the service waits. */
  wave: wave.default('traffic'),
  /** Token of the calling task, which stays open until it is answered. */
  taskToken: z.string(),
});

export interface WaitForConsumersDeps {
  readonly incidents: IncidentLedger;
  readonly locks: LockLedger;
  readonly waitingServices: WaitingLedger;
  readonly tokens: TaskTokens;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/**
 * Lets a service wait until it may begin in a wave: registers its token, then reads the results of the services that it
 * waits for, and answers the token itself if the service may begin already. Otherwise the last of them answers it. In the
 * traffic wave it waits for its consumers, in the last wave for stacks that have to go back before its own.
 *
 * Called again during the wait, since an answer may be lost, it renews the service's lock and reads afresh. Every step of a
 * service renews its lock. If the lease of a service without a result has expired, nobody is left to record one: the wait
 * for it ends, and a consumer counts as failed.
 *
 * @throws LockLost when this incident no longer holds the service, so that nobody waits for an incident that ended
 */
export function waitForConsumers(deps: WaitForConsumersDeps) {
  const { incidents, locks, waitingServices, tokens, plans, now } = deps;

  return async (input: z.infer<typeof waitForConsumersInput>): Promise<{ readonly waiting: boolean }> => {
    const { service, planKey, taskToken } = input;
    await locks.renew(service, lockOwner(input));
    const asksAgain = (await waitingServices.tokenOf(input, service)) !== undefined;
    // Before the results are read: a service that finishes afterwards finds the token.
    await waitingServices.wait(input, service, taskToken);
    const plan = await plans.readService(planKey, service);
    const signal =
      input.wave === 'rest'
        ? await nextSignalOfRest(input, plan, asksAgain)
        : await nextSignal(input, plan, planKey);
    if (signal.turn !== 'wait')
      await sendSignal({ waitingServices, tokens }, input, service, taskToken, signal);
    return { waiting: signal.turn === 'wait' };
  };

  async function nextSignal(
    attempt: Attempt,
    plan: ServicePlan,
    planKey: string,
  ): Promise<StartSignal | Waiting> {
    const signal = await readinessOf(incidents, attempt, plan);
    if (signal.turn !== 'wait') return signal;
    for (const consumer of signal.atWork) {
      const lock = await locks.find(consumer);
      if (!lock || lock.leaseUntil > now()) continue;
      await giveUp(attempt, await plans.readService(planKey, consumer));
      return nextSignal(attempt, plan, planKey);
    }
    return signal;
  }

  /** At its first look the other services' leases are still those of the wave before. */
  async function nextSignalOfRest(
    attempt: Attempt,
    plan: ServicePlan,
    asksAgain: boolean,
  ): Promise<StartSignal | Waiting> {
    const signal = await readinessOfRest(incidents, attempt, plan);
    if (signal.turn !== 'wait' || !asksAgain) return signal;
    const found = await Promise.all(signal.atWork.map((other) => locks.find(other)));
    const isAnyAtWork = found.some((lock) => lock && lock.leaseUntil > now());
    return isAnyAtWork ? signal : { turn: 'go', reason: '' };
  }

  async function giveUp(attempt: Attempt, plan: ServicePlan): Promise<void> {
    const at = new Date(now()).toISOString();
    const sign = `gave no sign of life for ${leaseMs / 60_000} min`;
    await incidents.putServiceResult(givenUp(attempt, plan, sign, { startedAt: at, finishedAt: at }));
  }
}
