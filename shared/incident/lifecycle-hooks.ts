import * as z from 'zod';
import type { Deployments } from '../aws/deployments.ts';
import type { BakePolicy } from '../catalog/service-entry.ts';
import { deploymentId } from '../ids.ts';
import type { JudgementVerdict } from '../judge/judgement.ts';
import { isProvedHealthy } from '../judge/next-step.ts';
import type {
  AskedHook,
  HookAnswer,
  HookWord,
  LifecycleEvent,
  LifecycleHookLedger,
} from '../ledger/lifecycle-hook-ledger.ts';
import type { ReleaseRecord } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';

const minuteMs = 60_000;

/**
 * Time that a hook may wait for its answer. CodeDeploy fails a hook that does not answer within an hour (user guide,
 * quotas), and the sweep runs every ten minutes: it has two tries after 40 minutes. The check before traffic takes two
 * minutes at most, and Lambda retries it one and two minutes later.
 */
const patienceMs: Readonly<Record<LifecycleEvent, number>> = {
  BeforeAllowTraffic: 10 * minuteMs,
  AfterAllowTraffic: 40 * minuteMs,
};

/** Inputs of the answer to the hook after traffic. */
export interface AfterTraffic {
  readonly verdict: JudgementVerdict;
  /** In words. */
  readonly reason: string;
  /** Requests the new version has served. */
  readonly requests: number;
  /** Minutes since all traffic was shifted. */
  readonly servedMinutes: number;
  readonly bake: BakePolicy;
}

/**
 * The judge's answer for a deployment whose traffic is fully shifted; undefined while there is none. The same conditions
 * would settle the deployment in its bake.
 */
export function wordOfJudge(look: AfterTraffic): HookAnswer | undefined {
  const { verdict, reason, requests, servedMinutes, bake } = look;
  if (verdict === 'unhealthy') return { word: 'Failed', cause: 'judged', reason };
  const isProved = isProvedHealthy({ verdict, requests }, bake) && servedMinutes >= bake.minMinutes;
  return isProved ? { word: 'Succeeded', cause: 'judged', reason } : undefined;
}

/** The answer for a deployment whose release was found bad or is being undone; undefined for any other. */
export function wordOfLedger(
  release: Pick<ReleaseRecord, 'verdict' | 'undoneBy' | 'incidentId' | 'deployments'> | undefined,
  deploymentId: string,
): HookAnswer | undefined {
  if (release?.verdict === 'bad') {
    return {
      word: 'Failed',
      cause: 'judged',
      reason: `incident ${release.incidentId} found its release bad`,
    };
  }
  if (release?.undoneBy !== undefined) {
    return { word: 'Failed', cause: 'undone', reason: `incident ${release.undoneBy} takes its release back` };
  }
  const settled = release?.deployments[deploymentId]?.settled;
  return settled?.verdict === 'unhealthy'
    ? { word: 'Failed', cause: 'judged', reason: settled.reason ?? 'the judge found it unhealthy' }
    : undefined;
}

/** The same answer for a deployment of which only the id is known. */
export async function wordOfItsRelease(
  releases: Pick<ReleaseLedger, 'deployment' | 'find'>,
  deploymentId: string,
): Promise<HookAnswer | undefined> {
  const { releaseId } = (await releases.deployment(deploymentId)) ?? {};
  return wordOfLedger(releaseId === undefined ? undefined : await releases.find(releaseId), deploymentId);
}

/**
 * The answer to a hook that has waited too long; undefined if it has not. It lets the deployment go on: without evidence in
 * that time the monitor keeps watching, and can still roll it back.
 */
export function wordOfDeadline({ event, askedAt }: AskedHook, now: number): HookAnswer | undefined {
  if (now - askedAt < patienceMs[event]) return undefined;
  const minutes = Math.floor((now - askedAt) / minuteMs);
  return {
    word: 'Succeeded',
    cause: 'deadline',
    reason: `nothing speaks against it after ${minutes} minutes`,
  };
}

export interface AnswerHookDeps {
  readonly deployments: Pick<Deployments, 'answerHook'>;
  readonly lifecycleHooks: LifecycleHookLedger;
  readonly now: () => number;
}

/** Answers a lifecycle hook: records the answer, and gives CodeDeploy the recorded one. */
export async function answerHook(
  deps: AnswerHookDeps,
  hook: AskedHook,
  answer: HookAnswer,
): Promise<HookAnswer> {
  const standing = hook.answer ?? (await deps.lifecycleHooks.answer(hook, answer));
  await deps.deployments.answerHook(hook.deploymentId, hook.executionId, standing.word);
  await deps.lifecycleHooks.markDelivered(hook, deps.now());
  return standing;
}

/**
 * Answers the hook after traffic of a deployment, if it waits and there is an answer.
 *
 * @param word called only if the hook waits for an answer
 */
export async function answerWaiting(
  deps: AnswerHookDeps,
  deploymentId: string,
  word: () => HookAnswer | undefined | Promise<HookAnswer | undefined>,
): Promise<void> {
  const hook = await deps.lifecycleHooks.find(deploymentId, 'AfterAllowTraffic');
  if (!hook || hook.deliveredAt !== undefined) return;
  const answer = hook.answer ?? (await word()) ?? wordOfDeadline(hook, deps.now());
  if (answer) await answerHook(deps, hook, answer);
}

/** CodeDeploy's event for a lifecycle hook. It does not name the hook, so each hook has a function of its own. */
export const lifecycleHookInput = z.object({
  DeploymentId: deploymentId,
  LifecycleEventHookExecutionId: z.string().min(1).max(2048),
});

/** The answer given; `wait` if it comes later. */
export interface AnsweredHook {
  readonly deploymentId: string;
  readonly answer: HookWord | 'wait';
  readonly reason: string;
}

/**
 * Lambda retries a failed invocation after one minute, and after two more (developer guide, "Asynchronous invocation"): a
 * try that begins later than this after the first one is the last.
 */
const lastTryMs = 150_000;

/** A lifecycle hook of the coordinator. */
export interface CoordinatorsHook<Deployment extends { readonly service: string }> {
  readonly event: LifecycleEvent;
  /** The deployment, if it is a release of a service of the catalog; otherwise its description in words. */
  describe(deploymentId: string): Promise<Deployment | string>;
  /** Undefined if the answer comes later. */
  decide(deployment: Deployment): Promise<HookAnswer | undefined>;
}

/**
 * Answers CodeDeploy in every case. A deployment that is not the coordinator's goes on, and so does one that three tries
 * could not check: the coordinator must not block a team's way to production, and keeps watching after the hook. A refusal
 * is given only after the ledger has recorded it: otherwise the judge would take the failed hook for evidence against the
 * code.
 */
export function coordinatorsHook<Deployment extends { readonly service: string }>(
  deps: AnswerHookDeps,
  { event, describe, decide }: CoordinatorsHook<Deployment>,
) {
  return async (input: z.infer<typeof lifecycleHookInput>): Promise<AnsweredHook> => {
    const { DeploymentId: deploymentId, LifecycleEventHookExecutionId: executionId } = input;
    const found = await findAnswer(deploymentId, executionId);
    if ('letGo' in found) {
      await deps.deployments.answerHook(deploymentId, executionId, 'Succeeded');
      return { deploymentId, answer: 'Succeeded', reason: found.letGo };
    }
    if (!found.answer) return { deploymentId, answer: 'wait', reason: 'the judge has not spoken yet' };
    const { word, reason } = await answerHook(deps, found.asked, found.answer);
    return { deploymentId, answer: word, reason };
  };

  async function findAnswer(
    deploymentId: string,
    executionId: string,
  ): Promise<
    { readonly letGo: string } | { readonly asked: AskedHook; readonly answer: HookAnswer | undefined }
  > {
    let asked: AskedHook | undefined;
    try {
      const deployment = await describe(deploymentId);
      if (typeof deployment === 'string') return { letGo: deployment };
      const { service } = deployment;
      asked = await deps.lifecycleHooks.ask({
        deploymentId,
        event,
        executionId,
        service,
        askedAt: deps.now(),
      });
      return { asked, answer: asked.answer ?? (await decide(deployment)) };
    } catch (error) {
      const reason = `it could not be checked: ${(error as Error).message}`;
      // Without the ledger no later step would know of the question.
      if (!asked) return { letGo: reason };
      if (deps.now() - asked.askedAt < lastTryMs) throw error;
      return { asked, answer: { word: 'Succeeded', cause: 'unchecked', reason } };
    }
  }
}
