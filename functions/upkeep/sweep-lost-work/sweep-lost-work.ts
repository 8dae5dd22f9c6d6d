import * as z from 'zod';
import type { Deployments } from '../../../shared/aws/deployments.ts';
import { type Executions, executionArn } from '../../../shared/aws/executions.ts';
import type { EndIncidentDeps } from '../../../shared/incident/end-incident.ts';
import { endLeftIncident, reportUnwatched } from '../../../shared/incident/report-ended-execution.ts';
import type { IncidentLedger } from '../../../shared/ledger/incident-ledger.ts';
import type { MailRoom } from '../../../shared/mail/mail-room.ts';

/** The schedule's event holds nothing that is needed. */
export const sweepLostWorkInput = z.unknown();

/** What the rule needs. */
export interface SweepLostWorkDeps extends EndIncidentDeps {
  readonly incidents: IncidentLedger;
  readonly mailRoom: MailRoom;
  readonly deployments: Deployments;
  readonly executions: Executions;
  readonly monitorDeploymentArn: string;
}

/** What a sweep found and put right. */
export interface Swept {
  /** Deployments that had no execution. */
  readonly started: number;
  /** Incidents that their execution had left open. */
  readonly ended: number;
}

/** How far back deployments are looked for: longer than a Region's worst hours, and six sweeps' worth of retries. */
const lookBackMs = 6 * 3_600_000;

/** An event may be on its way this long before it counts as lost; EventBridge delivers within seconds. */
const graceMs = 2 * 60_000;

/**
 * ReportFailedExecution may be at work this long on an execution that ended: two minutes for its event, three tries of
 * at most 50 s, a minute and two between them (Lambda developer guide, "Asynchronous invocation"). Two that report one
 * execution at once might both mail.
 */
const reportingMs = 8 * 60_000;

/** Whoever has put a mail into the outbox may be about to send it this long: one try of a function, and the next. */
const sendingMs = 3 * 60_000;

/**
 * Finds what lost events left undone, and sends the mails that could not be sent. Events of CodeDeploy and Step Functions are best effort: a deployment whose
 * events were lost gets its execution here, an incident whose execution ended unheard is ended, and a watch that
 * broke unheard is reported. What fails keeps nothing else from being looked after; the sweep fails with it at the end.
 */
export function sweepLostWork(deps: SweepLostWorkDeps) {
  return async (): Promise<Swept> => {
    const now = deps.now();
    const unreported = now - reportingMs;
    const failures: unknown[] = [];
    const ended = await count(await deps.incidents.openIncidents(), failures, (incidentId) =>
      endIfLeft(incidentId, unreported),
    );
    failures.push(...(await deps.mailRoom.sendKept(now - sendingMs)));
    const lookedFor = await deps.deployments.idsBetween(now - lookBackMs, now - graceMs);
    const started = await count(lookedFor, failures, (deploymentId) => lookAfter(deploymentId, unreported));
    if (failures.length > 0) throw failures[0];
    return { started, ended };
  };

  /** For how many something was done; what is thrown is added to the failures. */
  async function count(
    ids: readonly string[],
    failures: unknown[],
    act: (id: string) => Promise<boolean>,
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
      await deps.incidents.strikeOut(incidentId);
      return false;
    }
    const execution = await deps.executions.find(incident.executionArn);
    if (!execution?.endedAt || execution.endedAt >= until) return false;
    await endLeftIncident(deps, incident, execution);
    return true;
  }
}
