import { startCommand } from '../by-hand/start-execution.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import type { AlarmsFound } from '../judge/alarm-conditions.ts';
import { percent } from '../judge/sequential/words.ts';
import { type BroughtVersion, movedAlone, type ReleaseRecord } from '../ledger/records.ts';
import { alarmSection } from './alarm-section.ts';
import { deploymentLink, executionLink, type Link, runbookLink, startLink } from './links.ts';
import {
  duration,
  instant,
  type MailText,
  rollbackInput,
  rows,
  runLines,
  type Task,
  whole,
} from './mail-text.ts';
import { releaseSections } from './release-section.ts';
import { meetLines, meetNew, nextShiftInWords, type UsersMeet } from './users-meet.ts';

/** Facts of every mail of a release, besides the release. */
export interface ReleaseFacts {
  readonly meet: UsersMeet;
  /** The execution that watched the release. */
  readonly executionArn: string;
  /** Problems of its alarms. */
  readonly alarms?: AlarmsFound;
}

/** Common parts of every mail of a release. */
export function aboutRelease(
  environment: string,
  { service, releaseId }: ReleaseRecord,
  { meet, isBad = false }: { readonly meet: UsersMeet; readonly isBad?: boolean },
) {
  return {
    environment,
    about: service,
    thread: releaseId,
    now: meetLines(meet, { service, isBad }),
    meet,
    footer: [`Release ${releaseId}`],
  };
}

/**
 * The mail of a release whose watch has ended: confirmed good, or left unproven for lack of a verdict, because of the state
 * of its other targets, or because of its stack.
 */
export function releaseMail(
  environment: string,
  release: ReleaseRecord,
  {
    good,
    objections = [],
    now,
    meet,
    alarms,
  }: ReleaseFacts & {
    readonly good: boolean;
    readonly objections?: readonly string[];
    readonly now: number;
  },
): MailText {
  const { service, startedAt } = release;
  const deployments = Object.values(release.deployments);
  const moved = movedAlone(release);
  const began = Math.min(...deployments.map(({ createdAt }) => Date.parse(createdAt)));
  const watched = `${service}: the release of ${instant(startedAt)} was watched for ${duration(now - began)}`;
  const isDoubted = objections.length > 0;
  const alarmsToLookAfter = alarmSection(alarms);
  const undecided = new Set(
    [...deployments, ...moved].flatMap(({ settled }) =>
      settled?.verdict === 'insufficient' && settled.reason ? settled.reason : [],
    ),
  );
  return {
    ...aboutRelease(environment, release, { meet }),
    severity: 'info',
    headline: good
      ? 'release confirmed good'
      : `release unproven, ${isDoubted ? 'although it did well' : 'no verdict'}`,
    happened: good
      ? `${watched} and is good.`
      : `${watched} and ${isDoubted ? 'was healthy, but is not called good: the reason is below' : 'there was no verdict on it'}.`,
    next: good
      ? 'stays so; the coordinator would go back to this release'
      : 'stays so; the coordinator would not go back to this release',
    todo: 'nothing',
    plan: [
      {
        heading: 'Watched',
        lines: rows([...deployments, ...moved].map((one) => [one.target, describe(one)])),
      },
    ],
    why: good ? [] : isDoubted ? objections : [...undecided],
    details: [alarmsToLookAfter],
    // A digest has no room for problems of alarms.
    ...(good && alarmsToLookAfter.lines.length === 0 && { mayWait: true }),
  };
}

/** The mail of a release that proved healthy while it was live, and was replaced before its bake was over. */
export function servedWellMail(
  environment: string,
  release: ReleaseRecord,
  { meet }: Pick<ReleaseFacts, 'meet'>,
): MailText {
  const { service, startedAt, snapshot = [] } = release;
  const deployments = Object.values(release.deployments);
  const watched =
    deployments.length > 0
      ? deployments.map((one): [string, string] => [one.target, describe(one)])
      : snapshot.filter(isAlias).map((one): [string, string] => [one.target, `version ${one.version}`]);
  return {
    ...aboutRelease(environment, release, { meet }),
    severity: 'info',
    headline: 'release served well',
    happened: `${service}: the release of ${instant(startedAt)} was healthy until a newer one took its place before its bake was over.`,
    next: 'the newer release is watched; the coordinator would go back to this one',
    todo: 'nothing',
    plan: [{ heading: 'Watched', lines: rows(watched) }],
    why: [],
    details: [],
    mayWait: true,
  };
}

/** The mail of a release that was found bad, of a service that is only observed. */
export function observedMail(
  environment: string,
  release: ReleaseRecord,
  { reason, meet, executionArn, alarms }: ReleaseFacts & { readonly reason: string },
): MailText {
  const { service, startedAt } = release;
  const deploymentIds = Object.keys(release.deployments);
  return {
    ...aboutRelease(environment, release, { meet, isBad: true }),
    severity: meetNew(meet) === 'no' ? 'warning' : 'critical',
    headline: 'release looks bad, only observed, needs a person',
    happened: `${service}: the release of ${instant(startedAt)} looks bad; its policy says "observe", so nothing has been changed.`,
    next: nextShiftInWords(meet) ?? 'stays so until somebody acts; nothing more happens by itself',
    todo: goBackTask(release, executionArn, {
      heading: '"Release looks bad, only observed, needs a person"',
      more: deploymentIds.slice(0, 5).map((id) => deploymentLink(executionArn, id)),
      meet,
    }),
    plan: [],
    why: [reason],
    details: [...releaseSections(release), alarmSection(alarms)],
  };
}

/** The mail of a release that fails together with the version before it: the coordinator cannot tell which one causes it. */
export function sharedCauseMail(
  environment: string,
  release: ReleaseRecord,
  { reason, meet, executionArn }: ReleaseFacts & { readonly reason: string },
): MailText {
  const { service, startedAt } = release;
  return {
    ...aboutRelease(environment, release, { meet }),
    severity: meetNew(meet) === 'no' ? 'warning' : 'critical',
    headline: 'old and new version fail alike, needs a person',
    happened:
      `${service}: the release of ${instant(startedAt)} fails more than is normal, and so does the version before it; ` +
      'nothing has been rolled back.',
    next: 'the release is watched on, and goes back by itself once it is worse than the version before',
    todo: {
      ...goBackTask(release, executionArn, {
        heading: '"Old and new version fail alike, needs a person"',
        meet,
      }),
      task: `Find out what fails both; roll ${service} back if it is the new version.`,
      by: 'now: users meet errors on both versions',
    },
    plan: [],
    why: [reason],
    details: releaseSections(release),
  };
}

/** The task for a release that looks bad and is not rolled back automatically: a person decides. */
export function goBackTask(
  release: Pick<ReleaseRecord, 'service' | 'releaseId'>,
  executionArn: string,
  { heading, more = [], meet }: { heading: string; more?: readonly Link[]; meet: UsersMeet },
): Task {
  const input = rollbackInput(release);
  return {
    task: `Roll ${release.service} back, or leave it as it is.`,
    by:
      meetNew(meet) === 'no'
        ? 'no deadline: users do not meet the new version'
        : 'now: users meet the new version, and nobody takes it back by itself',
    how: [
      'To go back, start coordinate-rollback (the first link) with',
      whole(input),
      'or run',
      ...runLines(
        startCommand(executionArn, 'coordinate-rollback', {
          service: release.service,
          releaseId: release.releaseId,
        }),
      ),
    ],
    links: [
      startLink(executionArn, 'coordinate-rollback'),
      executionLink(executionArn),
      ...more,
      runbookLink(heading),
    ],
  };
}

function describe(one: BroughtVersion): string {
  const { fromVersion, toVersion, settled } = one;
  const without = 'deploymentId' in one ? '' : ', moved by the stack without a deployment';
  const versions = `version ${fromVersion === undefined ? toVersion : `${fromVersion} -> ${toVersion}`}${without}`;
  if (!settled) return versions;
  const { requests, errors, verdict } = settled;
  const rate = requests > 0 ? `, ${errors} failed (${percent(errors / requests)})` : '';
  return `${versions}: ${verdict}, ${requests} requests${rate}`;
}
