import * as z from 'zod';
import type { LifecycleHook } from '../aws/deployments.ts';
import { type AlarmReading, rangAt } from './declared-alarms.ts';
import type { Evidence, Judgement } from './judgement.ts';

/** The cause that blocked a deployment whose end is no evidence against its code. */
export const blocker = z.enum([
  'alarm',
  'request',
  'lambda',
  'setup',
  'stack',
  'codedeploy',
  'coordinator',
  'unknown',
]);
export type Blocker = z.infer<typeof blocker>;

/** The cause of a failed deployment without evidence against its code. */
export const blocked = z.strictObject({
  by: blocker,
  /** CodeDeploy's error code; absent if it gave none. */
  code: z.string().optional(),
});
export type Blocked = z.infer<typeof blocked>;

/** Meaning of a CodeDeploy error code. */
interface CodeMeaning {
  readonly by: Blocker;
  /** It is evidence against code that has served requests. */
  readonly isEvidence?: true;
}

/**
 * The error codes of CodeDeploy (API reference, ErrorInformation; user guide, "Error codes"). An unlisted code says nothing
 * about the deployed code.
 */
export const codeMeanings: ReadonlyMap<string, CodeMeaning> = new Map<string, CodeMeaning>([
  ['ALARM_ACTIVE', { by: 'alarm' }],
  // The alarms and the numbers have to show the reason behind this code.
  ['AUTO_ROLLBACK', { by: 'codedeploy' }],
  ['MANUAL_STOP', { by: 'request' }],
  ['THROTTLED', { by: 'lambda' }],
  ['RESOURCE_LIMIT_EXCEEDED', { by: 'lambda' }],
  ['HEALTH_CONSTRAINTS', { by: 'codedeploy', isEvidence: true }],
  ['CUSTOMER_APPLICATION_UNHEALTHY', { by: 'codedeploy', isEvidence: true }],
  ['LAMBDA_VALIDATION', { by: 'setup' }],
  ['LAMBDA_FUNCTION_MISSING', { by: 'setup' }],
  ['INVALID_LAMBDA_FUNCTION', { by: 'setup' }],
  ['INVALID_LAMBDA_CONFIGURATION', { by: 'setup' }],
  ['REVISION_MISSING', { by: 'setup' }],
  ['INVALID_REVISION', { by: 'setup' }],
  ['APPLICATION_MISSING', { by: 'setup' }],
  ['DEPLOYMENT_GROUP_MISSING', { by: 'setup' }],
  ['CODEDEPLOY_RESOURCE_CANNOT_BE_FOUND', { by: 'setup' }],
  ['HEALTH_CONSTRAINTS_INVALID', { by: 'setup' }],
  ['IAM_ROLE_MISSING', { by: 'setup' }],
  ['IAM_ROLE_PERMISSIONS', { by: 'setup' }],
  ['CLOUDFORMATION_STACK_FAILURE', { by: 'stack' }],
  ['INTERNAL_ERROR', { by: 'codedeploy' }],
  ['TIMEOUT', { by: 'codedeploy' }],
]);

/** CodeDeploy's code for a failed lifecycle hook: always evidence, whatever else is known. */
const hookFailure = 'HOOK_EXECUTION_FAILURE';

/** A deployment that ended without success. All times ms since the epoch. */
export interface EndedDeployment {
  readonly id: string;
  /** `Failed` or `Stopped`. */
  readonly status: string;
  readonly errorCode: string | undefined;
  /** CodeDeploy's code and message, in its words. */
  readonly error: string | undefined;
  readonly failedHook: LifecycleHook | undefined;
  /** The reason why the coordinator's own hook refused it, if that hook failed. */
  readonly refused?: { readonly reason: string; readonly saysNothingOfCode: boolean } | undefined;
  /** First traffic to its version; undefined if it never had any. */
  readonly firstTrafficAt: number | undefined;
  readonly endedAt: number;
  /** Whether its version answered a request; undefined while the metrics may still arrive. */
  readonly served: boolean | undefined;
  /** The alarms that stop deployments of its group, in their current states. */
  readonly groupAlarms: readonly AlarmReading[];
}

/** The judgement on the end of a deployment. */
export interface EndedJudgement {
  readonly judgement: Judgement;
  /** The cause that blocked it, if its end says nothing about its code. */
  readonly blocked?: Blocked;
  /** It is not known yet whether it served. */
  readonly isOpen?: true;
}

/**
 * Judges whether the end of a failed or stopped deployment is evidence against its code; a pure function.
 *
 * The first condition that holds decides:
 * 1. A lifecycle hook failed: the team's own check refused the code. The coordinator's own hook may have refused the
 * deployment
 *    because of its service.
 * 2. The version never answered a request: nothing is known of its code.
 * 3. The judge found it unhealthy by its numbers.
 * 4. An alarm of its group went into ALARM between its first traffic and its end.
 * 5. CodeDeploy's code speaks against code that served ({@link codeMeanings}).
 *
 * Otherwise the stop says nothing about its code.
 *
 * @param judged the judgement by its numbers
 */
export function judgeEndedDeployment(ended: EndedDeployment, judged: Judgement): EndedJudgement {
  const { id, status, errorCode, error, failedHook, refused, served } = ended;
  const detail = `deployment ${id} ended ${status}${error ? ` (${error})` : ''}`;
  const bad = (why: string, more: readonly Evidence[] = []): EndedJudgement => ({
    judgement: {
      verdict: 'unhealthy',
      reason: `${detail}: ${why}`,
      evidence: [endOf(id, 'breach', `${detail}: ${why}`), ...more, ...judged.evidence],
    },
  });
  const failed = (by: Blocker, why: string): EndedJudgement => ({
    judgement: {
      verdict: 'insufficient',
      reason: `${detail}: ${why}`,
      // An alarm that it did not cause decides nothing either.
      evidence: [endOf(id, 'note', `${detail}: ${why}`), ...judged.evidence.map(noted)],
    },
    blocked: { by, ...(errorCode !== undefined && { code: errorCode }) },
  });

  if (refused?.saysNothingOfCode)
    return failed('coordinator', `the coordinator refused it: ${refused.reason}`);
  if (failedHook !== undefined || errorCode === hookFailure) {
    const name = failedHook ?? 'a lifecycle hook';
    const why = refused ? `: ${refused.reason}` : '';
    return bad(`the check ${name} refused the new version${why}`);
  }
  if (served === undefined) {
    const reason = `${detail}: whether the new version answered a request is not known yet`;
    return { judgement: { verdict: 'insufficient', reason, evidence: [] }, isOpen: true };
  }
  const meaning = codeMeanings.get(errorCode ?? '') ?? { by: 'unknown' as const };
  const alarms = ended.groupAlarms.map((alarm) => ({ name: alarm.name, rang: whenRang(alarm, ended) }));
  const [before, since] = (['before', 'since'] as const).map((when) =>
    alarms.filter(({ rang }) => rang === when).map(({ name }) => name),
  ) as [string[], string[]];
  if (!served) {
    const why =
      meaning.by === 'alarm' && before.length > 0
        ? `${named(before)} rang before its first traffic, and the new version never answered a request`
        : 'the new version never answered a request';
    return failed(meaning.by, why);
  }
  if (judged.verdict === 'unhealthy') return bad(judged.reason);
  if (since.length > 0) return bad(`${named(since)} went into ALARM after its first traffic`);
  // CodeDeploy saw an alarm that can no longer be found: it did not ring when the deployment began, or did not exist.
  if (meaning.by === 'alarm' && before.length === 0) return bad('an alarm stopped it while it served');
  if (meaning.isEvidence) return bad('CodeDeploy found the new version unhealthy while it served');
  return failed(
    meaning.by,
    meaning.by === 'alarm'
      ? `${named(before)} rang before its first traffic`
      : 'that says nothing about its code',
  );
}

/**
 * When an alarm of a deployment rang, as far as its states at the beginning and now show: before the first traffic, between
 * that and its end, or not at all.
 */
function whenRang(
  alarm: AlarmReading,
  { firstTrafficAt, endedAt }: Pick<EndedDeployment, 'firstTrafficAt' | 'endedAt'>,
): 'before' | 'since' | 'never' {
  const { state, since, before } = alarm;
  if (firstTrafficAt !== undefined && rangAt(alarm, firstTrafficAt, endedAt) !== undefined) return 'since';
  if (state === 'ALARM' && since !== undefined && since <= endedAt) return 'before';
  return before === 'ALARM' ? 'before' : 'never';
}

function endOf(id: string, finding: Evidence['finding'], detail: string): Evidence {
  return { rule: 'deployment-ended', finding, metric: `status of deployment ${id}`, detail };
}

function noted(evidence: Evidence): Evidence {
  return evidence.finding === 'breach' ? { ...evidence, finding: 'note' } : evidence;
}

function named(alarms: readonly string[]): string {
  return alarms.length === 1 ? `alarm ${alarms[0]}` : `alarms ${alarms.join(', ')}`;
}
