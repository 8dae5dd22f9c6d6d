import * as z from 'zod';
import type { Deployments } from '../../../shared/aws/deployments.ts';
import { type Executions, executionArn } from '../../../shared/aws/executions.ts';
import type { EndIncidentDeps } from '../../../shared/incident/end-incident.ts';
import {
  type EscalateUnansweredDeps,
  escalateUnanswered,
} from '../../../shared/incident/escalate-unanswered.ts';
import {
  type AnswerHookDeps,
  answerHook,
  wordOfDeadline,
  wordOfItsRelease,
} from '../../../shared/incident/lifecycle-hooks.ts';
import {
  endLeftIncident,
  reportUnwatched,
  type TellingOfReleaseDeps,
} from '../../../shared/incident/report-ended-execution.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { AskedHook } from '../../../shared/ledger/lifecycle-hook-ledger.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { type Figures, secondsBetween } from '../../../shared/telemetry/figures.ts';

/** The schedule's event has no fields that are used. */
export const sweepLostWorkInput = z.unknown();

export interface SweepLostWorkDeps
  extends EndIncidentDeps,
    Pick<AnswerHookDeps, 'lifecycleHooks'>,
    Omit<EscalateUnansweredDeps, 'incidents' | 'approvals' | 'mailer' | 'traffic'>,
    Omit<TellingOfReleaseDeps, 'mailer'> {
  readonly figures: Figures;
  readonly incidents: IncidentLedger;
  readonly releases: TellingOfReleaseDeps['releases'] & Pick<ReleaseLedger, 'deployment' | 'find'>;
  readonly mailer: Mailer;
  readonly deployments: Deployments;
  readonly executions: Executions;
  readonly monitorDeploymentArn: string;
}

/** Results of a sweep. */
export interface Swept {
  /** Deployments that had no execution. */
  readonly started: number;
  /** Incidents that their execution had left open. */
  readonly ended: number;
  /** Lifecycle hooks that were still unanswered. */
  readonly answered: number;
  /** Mails to the escalation topic, because nobody had answered the first ones. */
  readonly escalated: number;
  /** Mails that a digest replaced. */
  readonly digested: number;
}

/** Time that the sweep looks back for deployments: longer than a Region's worst hours, and six sweeps' worth of retries. */
const lookBackMs = 6 * 3_600_000;

/** Time after which an event counts as lost; EventBridge delivers within seconds. */
const graceMs = 2 * 60_000;

/**
 * Time that ReportFailedExecution may need for an execution that ended: two minutes for its event, three tries of at most 50
 * s, a minute and two between them (Lambda developer guide, "Asynchronous invocation"). Two reports of one execution at once
 * might both send a mail.
 */
const reportingMs = 8 * 60_000;

/** CodeDeploy waits an hour for a lifecycle hook; a later answer has no effect. */
const hookHourMs = 3_600_000;

/** Time in which the writer of a mail in the outbox may still send it: one try of a function, and the next. */
const sendingMs = 3 * 60_000;

/**
 * Finds work left undone by lost events, sends the mails that could not be sent, escalates unanswered ones, and sends the
 * digest that is due. Events of CodeDeploy and Step Functions are best effort: a deployment whose events were lost gets its
 * execution here, an incident whose execution ended unnoticed is ended, and a watch that broke unnoticed is reported. A
 * failure does not stop the other work; the sweep fails with it at the end.
 */
export function sweepLostWork(deps: SweepLostWorkDeps) {
  return async (): Promise<Swept> => {
    const now = deps.now();
    const unreported = now - reportingMs;
    const failures: unknown[] = [];
    // First, because CodeDeploy waits for it.
    const waiting = await deps.lifecycleHooks.undelivered(now - hookHourMs, now - graceMs);
    const answered = await count(waiting, failures, answerLate);
    const ended = await count(await deps.incidents.openIncidents(), failures, (incidentId) =>
      endIfLeft(incidentId, unreported),
    );
    const unsent = await deps.mailer.sendKept(now - sendingMs);
    failures.push(...unsent);
    const escalation = await escalateUnanswered(deps)();
    failures.push(...escalation.failures);
    const digested = await deps.mailer.sendDigest(deps.environment).catch((error: unknown) => {
      failures.push(error);
      return 0;
    });
    const lookedFor = await deps.deployments.idsBetween(now - lookBackMs, now - graceMs);
    const started = await count(lookedFor, failures, (deploymentId) => lookAfter(deploymentId, unreported));
    deps.figures.swept({ ...(await openNow()), LostWork: started + ended, UnsentMails: unsent.length });
    if (failures.length > 0) throw failures[0];
    return { started, ended, answered, escalated: escalation.escalated, digested };
  };

  /** The open incidents after the sweep. */
  async function openNow(): Promise<{ OpenIncidents: number; OldestIncident: number }> {
    const listed = await Promise.all(
      (await deps.incidents.openIncidents()).map((incidentId) => deps.incidents.find(incidentId)),
    );
    const open = listed.flatMap((one) => (one?.status === 'open' ? Date.parse(one.openedAt) : []));
    const OldestIncident = open.length > 0 ? secondsBetween(Math.min(...open), deps.now()) : 0;
    return { OpenIncidents: open.length, OldestIncident };
  }

  /** The number of ids for which `act` did something; errors are added to the failures. */
  async function count<T>(
    ids: readonly T[],
    failures: unknown[],
    act: (id: T) => Promise<boolean>,
  ): Promise<number> {
    let done = 0;
    for (const id of ids) {
      try {
        if (await act(id)) done += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    return done;
  }

  /** Sends CodeDeploy an answer that did not reach it, or answers a hook that has waited too long. */
  async function answerLate(hook: AskedHook): Promise<boolean> {
    const word =
      hook.event === 'AfterAllowTraffic'
        ? await wordOfItsRelease(deps.releases, hook.deploymentId)
        : undefined;
    const answer = hook.answer ?? word ?? wordOfDeadline(hook, deps.now());
    if (!answer) return false;
    await answerHook(deps, hook, answer);
    return true;
  }

  async function lookAfter(deploymentId: string, until: number): Promise<boolean> {
    const arn = executionArn(deps.monitorDeploymentArn, deploymentId);
    const watch = await deps.executions.find(arn);
    if (!watch) return deps.executions.start(deps.monitorDeploymentArn, deploymentId, { deploymentId });
    const broke = watch.status === 'FAILED' || watch.status === 'TIMED_OUT' || watch.status === 'ABORTED';
    if (broke && (watch.endedAt ?? 0) < until) await reportUnwatched(deps, arn, watch);
    return false;
  }

  async function endIfLeft(incidentId: string, until: number): Promise<boolean> {
    const incident = await deps.incidents.find(incidentId);
    if (!incident) return false;
    if (incident.status === 'closed') {
      await deps.incidents.removeFromOpen(incidentId);
      return false;
    }
    const execution = await deps.executions.find(incident.executionArn);
    if (!execution?.endedAt || execution.endedAt >= until) return false;
    await endLeftIncident(deps, incident, execution);
    return true;
  }
}
