import * as z from 'zod';
import type { Signals } from '../../../shared/aws/signals.ts';
import type { TaskTokens } from '../../../shared/aws/task-tokens.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import {
  decidePermission,
  type GovernedService,
  type Permission,
} from '../../../shared/incident/decide-permission.ts';
import { approved, type PermissionAnswer, refused } from '../../../shared/incident/permission-answer.ts';
import { isCondemnedByNumbers, judgedBy, judgeRelease } from '../../../shared/judge/judge-release.ts';
import { countedDurations } from '../../../shared/judge/latency.ts';
import { controlOf, shiftsBetween } from '../../../shared/judge/shifts.ts';
import type {
  ApprovalAnswer,
  ApprovalLedger,
  ApprovalRecord,
} from '../../../shared/ledger/approval-ledger.ts';
import { accountBudget, type BudgetLedger } from '../../../shared/ledger/budget-ledger.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import type { HoldLedger } from '../../../shared/ledger/hold-ledger.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import { functionsOf, type IncidentRecord, isRestorePoint } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { approvalMail, type Meanwhile } from '../../../shared/mail/approval-mail.ts';
import { instant } from '../../../shared/mail/mail-text.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import type { TrafficReader } from '../../../shared/mail/traffic-reader.ts';
import { aliasesOfIncident } from '../../../shared/mail/users-meet.ts';
import { aloneSince } from '../../../shared/queries/alone-since.ts';
import type { PlanStore } from '../../../shared/targets/plan-store.ts';
import type { RollbackPlan } from '../../../shared/targets/service-plan.ts';
import { attemptStep } from '../../../shared/targets/steps.ts';
import { type StopShiftDeps, stopShift } from './stop-shift.ts';

export const awaitPermissionInput = z.strictObject({
  ...attemptStep,
  /** Null if a service in the way is irreversible: then there is no plan to show. */
  planKey: z.string().nullable(),
  /** Token of the calling task, which stays open while a person is asked. */
  taskToken: z.string(),
});
type Input = z.infer<typeof awaitPermissionInput>;

/** Whether a person is asked; else the answer for the log: the machine gets it by its token. */
export interface AwaitedPermission {
  readonly waiting: boolean;
  readonly answer?: PermissionAnswer['answer'];
  readonly reason?: string;
}

export interface AwaitPermissionDeps extends StopShiftDeps {
  readonly catalog: CatalogStore;
  readonly incidents: IncidentLedger;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly approvals: ApprovalLedger;
  readonly budgets: BudgetLedger;
  readonly holds: HoldLedger;
  readonly plans: PlanStore;
  readonly signals: Signals;
  readonly tokens: TaskTokens;
  readonly mailer: Mailer;
  readonly traffic: TrafficReader;
  readonly environment: string;
  /** Rollbacks without a person, of all services together, in 24 hours. */
  readonly accountRollbacks: number;
  readonly now: () => number;
}

/**
 * Decides whether the plan may be executed, by autonomy, holds and budgets, and answers the token of its task; or asks a
 * person and lets the task wait. The policy decides whether the deployment goes on shifting meanwhile. While the task waits,
 * the function is called again every minute, and reads the answer, the release and the time afresh.
 */
export function awaitPermission(deps: AwaitPermissionDeps) {
  const { approvals, tokens } = deps;

  return async (input: Input): Promise<AwaitedPermission> => {
    const incident = await deps.incidents.getAt(input);
    const plan = input.planKey === null ? undefined : await deps.plans.read(input.planKey);
    const told = await decideAnswer(input, incident, plan);
    if (!told) return { waiting: true };
    await tokens.succeed(input.taskToken, told);
    await approvals.forget(input, input.taskToken);
    return { waiting: false, ...('reason' in told && { reason: told.reason }), answer: told.answer };
  };

  async function decideAnswer(
    input: Input,
    incident: IncidentRecord,
    plan: RollbackPlan | undefined,
  ): Promise<PermissionAnswer | undefined> {
    const services = await governed(plan?.services.map(({ service }) => service) ?? [incident.service]);
    const approval = await approvals.find(input);
    const breached = approval?.answer === 'breach' || isCondemnedByNumbers(incident.evidence);
    const permission = decidePermission({
      byPerson: incident.requestedBy !== undefined,
      services,
      holds: await deps.holds.list(),
      breached,
      approval,
    });
    if (permission.decision === 'act')
      return consumeBudget(permission.automatic ? plan : undefined, incident);
    if (permission.decision !== 'ask') return { answer: permission.decision, reason: permission.reason };
    if (!plan) return { answer: 'report', reason: permission.reason };
    return ask(input, incident, plan, permission, services);
  }

  /** Charges the rollback to its budgets, if no person asked for it. */
  async function consumeBudget(
    plan: RollbackPlan | undefined,
    incident: IncidentRecord,
  ): Promise<PermissionAnswer> {
    if (!plan) return { answer: 'act' };
    const { budget } = (await deps.catalog.entry(incident.service)).policy;
    for (const one of [
      { of: incident.service, ...budget },
      { of: accountBudget, rollbacks: deps.accountRollbacks, hours: 24 },
    ]) {
      // An incident that is planned again counts as the same rollback.
      if (await deps.budgets.take(one, incident.incidentId)) continue;
      const whose = one.of === accountBudget ? 'all services together' : one.of;
      const reason =
        `The budget of ${whose} is used up: ${one.rollbacks} rollbacks without a person in ${one.hours} hours. ` +
        'What a person starts is not limited.';
      return { answer: 'report', reason };
    }
    return { answer: 'act' };
  }

  async function ask(
    input: Input,
    incident: IncidentRecord,
    plan: RollbackPlan,
    { minutes, reason }: Extract<Permission, { decision: 'ask' }>,
    services: readonly GovernedService[],
  ): Promise<PermissionAnswer | undefined> {
    const now = deps.now();
    await approvals.ask(input, {
      attempt: input.attempt,
      planDigest: plan.digest,
      askedAt: iso(now),
      deadline: iso(now + minutes * 60_000),
    });
    // Before the answer is read: an answer given afterwards finds the token.
    await approvals.wait(input, input.taskToken);
    const request = (await approvals.find(input)) as ApprovalRecord;
    if (request.answer) return whatWasAnswered(request, reason);
    const own = services.find(({ service }) => service === incident.service);
    const meanwhile: Meanwhile =
      own?.policy.approval.meanwhile === 'stop'
        ? await stopShift(deps, input, incident, plan)
        : { shift: 'goes-on' };
    await mailRequest(incident, plan, request, reason, meanwhile);
    const newer = await goodReleaseSince(incident);
    if (newer) return { answer: 'superseded', supersededBy: newer };
    if (proceedsOnBreach(services) && (await isBreachedNow(incident))) {
      return answerItself(input, 'breach', reason);
    }
    return Date.parse(request.deadline) <= now ? answerItself(input, 'expired', reason) : undefined;
  }

  /** Asks once, and again before the deadline. */
  async function mailRequest(
    incident: IncidentRecord,
    plan: RollbackPlan,
    { askedAt, deadline }: ApprovalRecord,
    reason: string,
    meanwhile: Meanwhile,
  ): Promise<void> {
    const { incidentId, attempt, executionArn, releaseId } = incident;
    const write = async (isReminder: boolean) => {
      const release = await deps.releases.find(releaseId);
      const meet = await deps.traffic.read(aliasesOfIncident(plan, release));
      return approvalMail(deps.environment, incident, {
        plan,
        release,
        meet,
        meanwhile,
        reason,
        deadline,
        isReminder,
      });
    };
    const { mailer } = deps;
    await mailer.send(incidentId, `approval-${attempt}`, executionArn, () => write(false));
    const now = deps.now();
    if (now < reminderAt(askedAt, deadline) || now >= Date.parse(deadline)) return;
    await mailer.send(incidentId, `reminder-${attempt}`, executionArn, () => write(true));
  }

  /** The first answer counts: a person's, the deadline's or a breach's. */
  async function answerItself(
    input: Input,
    answer: ApprovalAnswer,
    reason: string,
  ): Promise<PermissionAnswer | undefined> {
    await approvals.answer(input, { answer, by: 'the coordinator', answeredAt: iso(deps.now()) });
    return whatWasAnswered((await approvals.find(input)) as ApprovalRecord, reason);
  }

  async function governed(names: readonly string[]): Promise<GovernedService[]> {
    const { services } = await deps.catalog.read();
    return names.map((service) => ({
      service,
      // The policy of a service that has left the catalog.
      policy: services[service]?.policy ?? { autonomy: 'recommend', approval: { minutes: 30 } },
    }));
  }

  async function goodReleaseSince({ service, releaseId }: IncidentRecord): Promise<string | undefined> {
    const [newest] = await deps.releases.list(service, { limit: 1 });
    return newest && newest.releaseId !== releaseId && isRestorePoint(newest) ? newest.releaseId : undefined;
  }

  async function isBreachedNow({ service, releaseId }: IncidentRecord): Promise<boolean> {
    const { policy } = await deps.catalog.entry(service);
    const release = await deps.releases.get(releaseId);
    for (const watched of Object.values(release.deployments)) {
      const { function: name, alias, target, fromVersion, toVersion, createdAt, normal } = watched;
      const since = await aloneSince(deps, { service, target, version: toVersion }, deps.now());
      const shifts = shiftsBetween(Date.parse(watched.servedFrom ?? createdAt), since);
      const { released, control, until } = await deps.signals.sideBySide({
        function: name,
        alias,
        version: toVersion,
        control: controlOf(shifts, fromVersion, toVersion),
        from: Date.parse(createdAt),
        to: deps.now(),
        ...countedDurations(policy.limits, normal),
        ...(since !== undefined && { alone: { from: since, to: deps.now() } }),
      });
      const { judgement } = judgeRelease({
        subject: `${name}:${toVersion}`,
        released,
        control,
        until,
        shifts,
        normal,
        ...judgedBy(policy),
        functions: functionsOf(release),
      });
      if (isCondemnedByNumbers(judgement.evidence)) return true;
    }
    return false;
  }
}

function whatWasAnswered(request: ApprovalRecord, reason: string): PermissionAnswer {
  if (request.answer === 'approve') return approved(request);
  if (request.answer === 'breach') return { answer: 'plan-again' };
  if (request.answer === 'refuse') return refused(request);
  return { answer: 'report', reason: `${reason} Nobody answered until ${instant(request.deadline)}.` };
}

/** Time before the deadline in which a person can still read a reminder, decide and answer. */
const reminderMs = 10 * 60_000;

/** Time of the reminder: ten minutes before the deadline, or halfway if that is later. ms since the epoch. */
export function reminderAt(askedAt: string, deadline: string): number {
  const [from, to] = [Date.parse(askedAt), Date.parse(deadline)];
  return Math.max(to - reminderMs, from + (to - from) / 2);
}

function proceedsOnBreach(services: readonly GovernedService[]): boolean {
  const asking = services.filter(({ policy }) => policy.autonomy === 'approve');
  return asking.every(({ policy }) => policy.approval.unless === 'hard-breach');
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
