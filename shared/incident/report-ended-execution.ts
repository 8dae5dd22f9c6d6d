import { type ExecutionState, whyEnded } from '../aws/executions.ts';
import type { IncidentRecord } from '../ledger/records.ts';
import type { MailRoom } from '../mail/mail-room.ts';
import { monitoringFailedMail, rollbackNotBegunMail } from '../mail/monitoring-mails.ts';
import { recordingFailedMail } from '../mail/recorded-mails.ts';
import { type EndIncidentDeps, endIncident } from './end-incident.ts';

/** What telling the stakeholders needs. */
export interface TellingDeps {
  readonly mailRoom: Pick<MailRoom, 'send'>;
  readonly environment: string;
}

/** Ends an incident that its execution left open when it ended: tells the stakeholders and frees the locks. */
export async function endLeftIncident(
  deps: EndIncidentDeps,
  incident: IncidentRecord,
  ended: ExecutionState,
): Promise<void> {
  await endIncident(deps, incident, incident.executionArn, { failure: whyEnded(ended) });
}

/**
 * Tells the stakeholders, once, that a deployment is not watched any more.
 *
 * @param input the execution's own, as JSON; where it is not known, the execution's name tells the deployment
 */
export async function reportUnwatched(
  deps: TellingDeps,
  executionArn: string,
  ended: ExecutionState,
  input = '',
): Promise<void> {
  if (wasRefused(ended)) return;
  const mail = monitoringFailedMail(deps.environment, {
    deploymentId: memberOf(input, 'deploymentId') ?? deploymentOf(executionArn),
    executionArn,
    why: whyEnded(ended),
  });
  await deps.mailRoom.send(executionArn, 'failed', executionArn, mail);
}

/**
 * Tells the stakeholders, once, that a rollback broke before it had an incident. One that was refused for its
 * input has told the person who started it, in the console; but nobody looks there where a watch started it, or where
 * somebody plays one.
 *
 * @param input the execution's own, as JSON
 */
export async function reportNotBegun(
  deps: TellingDeps,
  executionArn: string,
  ended: ExecutionState,
  input: string,
): Promise<void> {
  const isByWatch = memberOf(input, 'deploymentId') !== undefined;
  if (wasRefused(ended) && !isByWatch) return;
  const service = memberOf(input, 'service') ?? 'a service';
  const mail = rollbackNotBegunMail(deps.environment, { service, executionArn, why: whyEnded(ended) });
  await deps.mailRoom.send(executionArn, 'failed', executionArn, mail);
}

/**
 * Tells the stakeholders, once, that what is live could not be recorded. Input that was refused has been answered in
 * the console, and services of a recording of all have been listed in a mail.
 *
 * @param input the execution's own, as JSON
 */
export async function reportNotRecorded(
  deps: TellingDeps,
  executionArn: string,
  ended: ExecutionState,
  input: string,
): Promise<void> {
  if (wasRefused(ended) || hasListed(ended)) return;
  const service = memberOf(input, 'service') ?? 'all services';
  const mail = recordingFailedMail(deps.environment, { service, executionArn, why: whyEnded(ended) });
  await deps.mailRoom.send(executionArn, 'failed', executionArn, mail);
}

/** The state InputRejected ended it: whoever started it sees why in the console. */
function wasRefused({ error }: ExecutionState): boolean {
  return error === 'InputRejected';
}

/** A mail of its own lists the services that could not be recorded. */
function hasListed({ error }: ExecutionState): boolean {
  return error === 'NotAllRecorded';
}

function memberOf(input: string, name: string): string | undefined {
  try {
    const value = (JSON.parse(input) as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  } catch {
    // No JSON, or null.
    return undefined;
  }
}

/** A watch is named after its deployment; one that went on as a new execution has its generation behind it. */
function deploymentOf(executionArn: string): string {
  const name = executionArn.slice(executionArn.lastIndexOf(':') + 1);
  return name.replace(/^(d-[A-Za-z0-9]+)-\d+$/, '$1');
}
