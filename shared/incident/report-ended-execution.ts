import * as z from 'zod';
import { type ExecutionState, whyEnded } from '../aws/executions.ts';
import { serviceName } from '../catalog/service-entry.ts';
import { deploymentId, releaseId } from '../ids.ts';
import { judgement } from '../judge/judgement.ts';
import type { CheckpointLedger } from '../ledger/checkpoint-ledger.ts';
import type { IncidentRecord } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import type { Mailer } from '../mail/mailer.ts';
import { monitoringFailedMail, rollbackNotBegunMail } from '../mail/monitoring-mails.ts';
import { recordingFailedMail } from '../mail/recorded-mails.ts';
import type { TrafficReader } from '../mail/traffic-reader.ts';
import { aliasesOfRelease, type UsersMeet } from '../mail/users-meet.ts';
import { type EndIncidentDeps, endIncident } from './end-incident.ts';
import { judgementAgainst } from './judgement-against.ts';

export interface TellingDeps {
  readonly mailer: Pick<Mailer, 'send'>;
  readonly environment: string;
}

export interface TellingOfReleaseDeps extends TellingDeps {
  readonly traffic: Pick<TrafficReader, 'read'>;
  readonly releases: Pick<ReleaseLedger, 'find' | 'deployment'>;
}

/** Ends an incident that its ended execution left open: mails the stakeholders and frees the locks. */
export async function endLeftIncident(
  deps: EndIncidentDeps,
  incident: IncidentRecord,
  ended: ExecutionState,
): Promise<void> {
  await endIncident(deps, incident, incident.executionArn, { failure: whyEnded(ended) });
}

/**
 * Mails the stakeholders, once, that a deployment is no longer watched.
 *
 * @param input the execution's input, as JSON; without it the execution's name shows the deployment
 */
export async function reportUnwatched(
  deps: TellingOfReleaseDeps,
  executionArn: string,
  ended: ExecutionState,
  input = '',
): Promise<void> {
  if (wasRefused(ended)) return;
  const watched = memberOf(input, 'deploymentId', deploymentId) ?? deploymentOf(executionArn);
  await deps.mailer.send(executionArn, 'failed', executionArn, async () => {
    const record = await deps.releases.deployment(watched);
    return monitoringFailedMail(deps.environment, {
      deploymentId: watched,
      executionArn,
      why: whyEnded(ended),
      meet: await usersOf(deps, record?.releaseId, watched),
    });
  });
}

/** Traffic of a release, or of one deployment of it. */
async function usersOf(
  { traffic, releases }: TellingOfReleaseDeps,
  id: string | undefined,
  deployment?: string,
): Promise<UsersMeet> {
  const release = id === undefined ? undefined : await releases.find(id);
  const all = release ? aliasesOfRelease(release) : [];
  return traffic.read(deployment === undefined ? all : all.filter((one) => one.deploymentId === deployment));
}

export interface AccusingDeps {
  readonly releases: Pick<ReleaseLedger, 'find' | 'deployment'>;
  readonly checkpoints: Pick<CheckpointLedger, 'judgementOf'>;
}

/**
 * Mails the stakeholders, once, that a rollback broke before it had an incident. A person who started it sees in the console
 * that the input was refused, or that no plan could be made. Nobody looks there if a watch started it: the ledger then holds
 * the watch's judgement, whatever the input says.
 *
 * @param input the execution's input, as JSON
 */
export async function reportNotBegun(
  deps: TellingOfReleaseDeps & AccusingDeps,
  executionArn: string,
  ended: ExecutionState,
  input: string,
): Promise<void> {
  const service = memberOf(input, 'service', serviceName) ?? 'a service';
  const isOnlyPlan = memberOf(input, 'mode', z.literal('plan')) !== undefined;
  if (isOnlyPlan) return;
  if (wasRefused(ended) && !(await isByWatch(deps, input))) return;
  await deps.mailer.send(executionArn, 'failed', executionArn, async () =>
    rollbackNotBegunMail(deps.environment, {
      service,
      executionArn,
      why: whyEnded(ended),
      meet: await usersOf(deps, memberOf(input, 'releaseId', releaseId)),
      isByPerson: isByPerson(input),
    }),
  );
}

/** A watch names its deployment. An unreadable input may be a watch's. */
function isByPerson(input: string): boolean {
  try {
    const { deploymentId: watched } = JSON.parse(input) as { deploymentId?: unknown };
    return watched === undefined;
  } catch {
    // Not JSON, or null.
    return false;
  }
}

async function isByWatch({ releases, checkpoints }: AccusingDeps, input: string): Promise<boolean> {
  const watched = memberOf(input, 'deploymentId', deploymentId);
  const isJudged = memberOf(input, 'judgement', judgement) !== undefined;
  const named = memberOf(input, 'releaseId', releaseId);
  const release = (watched || isJudged) && named && (await releases.find(named));
  return !!release && (await judgementAgainst(checkpoints, release, watched)) !== undefined;
}

/**
 * Mails the stakeholders, once, that the live state could not be recorded. Refused input was answered in the console, and a
 * recording of all services lists its failures in a mail of its own.
 *
 * @param input the execution's input, as JSON
 */
export async function reportNotRecorded(
  deps: TellingDeps,
  executionArn: string,
  ended: ExecutionState,
  input: string,
): Promise<void> {
  if (wasRefused(ended) || hasListed(ended)) return;
  const service = memberOf(input, 'service', serviceName) ?? 'all services';
  const mail = recordingFailedMail(deps.environment, { service, executionArn, why: whyEnded(ended) });
  await deps.mailer.send(executionArn, 'failed', executionArn, mail);
}

/** The state InputRejected ended it: the person who started it sees the reason in the console. */
function wasRefused({ error }: ExecutionState): boolean {
  return error === 'InputRejected';
}

/** A mail of its own lists the services that could not be recorded. */
function hasListed({ error }: ExecutionState): boolean {
  return error === 'NotAllRecorded';
}

/** A member of an unchecked input; undefined if it does not match its schema. */
function memberOf<T>(input: string, name: string, form: z.ZodType<T>): T | undefined {
  try {
    return form.safeParse((JSON.parse(input) as Record<string, unknown>)[name]).data;
  } catch {
    // Not JSON, or null.
    return undefined;
  }
}

/** A watch is named after its deployment; if it continues as a new execution, the name ends in its generation. */
function deploymentOf(executionArn: string): string {
  const name = executionArn.slice(executionArn.lastIndexOf(':') + 1);
  return name.replace(/^(d-[A-Za-z0-9]+)-\d+$/, '$1');
}
