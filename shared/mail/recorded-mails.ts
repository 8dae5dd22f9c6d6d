import { startCommand } from '../by-hand/start-execution.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import { percent } from '../judge/sequential/words.ts';
import type { ReleaseRecord, SettledAs } from '../ledger/records.ts';
import { alarmSection } from './alarm-section.ts';
import { executionLink, executionUrl, runbookLink, startLink } from './links.ts';
import { duration, instant, type MailText, rows, runLines, whole } from './mail-text.ts';
import { aboutRelease, goBackTask, type ReleaseFacts } from './release-mails.ts';
import { releaseSections } from './release-section.ts';
import { meetNew } from './users-meet.ts';

/** The end of the watch of a release that came without a deployment. */
export interface RecordedFacts extends ReleaseFacts {
  readonly settlement: 'good' | 'unproven' | 'suspect';
  readonly settled: SettledAs;
  /** The observation, or the objection to calling the release good, in words. */
  readonly reason: string;
}

/** The mail of a release that came without a CodeDeploy deployment, after it was watched as a whole. */
export function recordedMail(environment: string, release: ReleaseRecord, facts: RecordedFacts): MailText {
  const { service, startedAt, recordedAt = startedAt, snapshot = [] } = release;
  const { settlement, meet, executionArn } = facts;
  const { requests, errors, at } = facts.settled;
  const isSuspect = settlement === 'suspect';
  const watched = duration(Date.parse(at) - Date.parse(recordedAt));
  const found = {
    good: 'is good',
    unproven: 'is not proven',
    suspect: 'looks bad; it had no deployment to stop, and nothing has been changed',
  }[settlement];
  const rate = requests > 0 ? `, ${errors} failed (${percent(errors / requests)})` : '';
  const statedGood = `{"service": "${service}", "verdict": "good", "reason": "WHY", "requestedBy": "YOUR NAME"}`;
  return {
    ...aboutRelease(environment, release, { meet, isBad: isSuspect }),
    severity: isSuspect && meetNew(meet) !== 'no' ? 'critical' : isSuspect ? 'warning' : 'info',
    headline: {
      good: 'release confirmed good',
      unproven: 'release unproven, not a place to go back to',
      suspect: 'release looks bad, needs a person',
    }[settlement],
    happened: `${service}: the release live since ${instant(startedAt)} was watched for ${watched} and ${found}.`,
    next: {
      good: 'stays so; the coordinator would go back to this release',
      unproven: 'stays so; the coordinator would not go back to this release',
      suspect: 'stays so until somebody acts; nothing more happens by itself',
    }[settlement],
    todo: isSuspect
      ? goBackTask(release, executionArn, { heading: '"Release looks bad, needs a person"', meet })
      : 'nothing',
    plan: [
      { heading: 'Seen', lines: [`${requests} requests${rate}`, ...facts.reason.split('; ')] },
      {
        heading: 'Live',
        lines: rows(snapshot.filter(isAlias).map((one) => [one.target, `version ${one.version}`])),
      },
      {
        heading: 'To call it good',
        lines:
          settlement === 'unproven'
            ? ['If you know that it is, start record-release with', whole(statedGood)]
            : [],
      },
    ],
    why: [],
    details: [...(isSuspect ? releaseSections(release) : []), alarmSection(facts.alarms)],
  };
}

/** The mail that says that the live state of a service could not be recorded. */
export function recordingFailedMail(
  environment: string,
  facts: { readonly service: string; readonly executionArn: string; readonly why: string },
): MailText {
  const { service, executionArn, why } = facts;
  return {
    environment,
    severity: 'warning',
    about: service,
    headline: 'what is live could not be recorded',
    happened: `${service}: the recording of what is live broke off, so the ledger may lack a release.`,
    now: ['not read: a recording changes nothing that users meet'],
    next: 'stays so; everything is recorded again once a day',
    todo: {
      task: 'Start record-release once more, with the same input.',
      by: 'before the next release of it, or the next daily recording is soon enough',
      how: [],
      links: [
        startLink(executionArn, 'record-release'),
        executionLink(executionArn),
        runbookLink('"What is live could not be recorded"'),
      ],
    },
    plan: [],
    why: [why],
    details: [],
    footer: [executionUrl(executionArn)],
  };
}

/** The services that a recording of all could not record. */
export interface UnrecordedFacts {
  readonly executionArn: string;
  /** Number of services that were to be recorded. */
  readonly services: number;
  readonly unrecorded: readonly { readonly service: string; readonly why: string }[];
  /** Number of further services that ended without a result: only the Map Run of the execution shows which ones. */
  readonly lost: number;
}

/** The one mail that lists the services that a recording of all could not record. */
export function unrecordedMail(environment: string, facts: UnrecordedFacts): MailText {
  const { executionArn, services, unrecorded, lost } = facts;
  const count = unrecorded.length + lost;
  return {
    environment,
    severity: 'warning',
    about: 'ledger',
    headline: `${count} of ${services} services could not be recorded`,
    happened: `${count} of ${services} services could not be recorded, so the ledger may lack a release of each.`,
    now: ['not read: a recording changes nothing that users meet'],
    next: 'stays so; everything is recorded again once a day',
    todo: {
      task: 'Nothing, where the next daily recording is soon enough. Otherwise start record-release.',
      by: 'before the next release of these services',
      how: [
        'For all services, or for one:',
        ...runLines(startCommand(executionArn, 'record-release', {})),
        ...runLines(startCommand(executionArn, 'record-release', { service: 'NAME' })),
      ],
      links: [
        startLink(executionArn, 'record-release'),
        executionLink(executionArn),
        runbookLink('"3 of 150 services could not be recorded"'),
      ],
    },
    plan: [],
    why: [
      ...rows(unrecorded.map(({ service, why }) => [service, why])),
      ...(lost > 0 ? [`${lost} more, whose executions broke off: the execution's Map Run shows them`] : []),
    ],
    details: [],
    footer: [executionUrl(executionArn)],
  };
}
