import { isAlias } from '../catalog/alias-kinds.ts';
import { percent } from '../judge/hard-limits.ts';
import type { ReleaseRecord, SettledAs } from '../ledger/records.ts';
import { columns, duration, executionUrl, instant, layOut, type Mail } from './mail-text.ts';

/** How the watch of a release that came without a deployment ended. */
export interface RecordedNews {
  readonly settlement: 'good' | 'unproven' | 'suspect';
  readonly settled: SettledAs;
  /** What was seen, or what speaks against calling it good, in words. */
  readonly reason: string;
}

/** The mail of a release that came without a CodeDeploy deployment, once it was watched as a whole. */
export function recordedMail(environment: string, release: ReleaseRecord, news: RecordedNews): Mail {
  const { service, releaseId, startedAt, recordedAt = startedAt, snapshot = [] } = release;
  const { requests, errors, at } = news.settled;
  const subject = {
    good: 'release confirmed good',
    unproven: 'release unproven, not a place to go back to',
    suspect: 'release looks bad, needs a person',
  }[news.settlement];
  const lead = {
    good: 'is good.',
    unproven: 'is not proven. It stays live, and it is not a release the coordinator would go back to.',
    suspect:
      'looks bad. It came without a deployment that could be stopped, and nothing has been changed: ' +
      'whether to go back is for a person to decide.',
  }[news.settlement];
  const byHand = {
    good: [],
    unproven: [
      `To call it good, start the machine record-release with`,
      `{"service": "${service}", "verdict": "good", "reason": "why"}`,
    ],
    suspect: [`To go back, start the machine coordinate-rollback with {"service": "${service}"}`],
  }[news.settlement];
  const rate = requests > 0 ? `, ${errors} failed (${percent(errors / requests)})` : '';
  return layOut(
    `[${environment}] ${service}: ${subject}`,
    `${service}: what has been live since ${instant(startedAt)} was watched for ` +
      `${duration(Date.parse(at) - Date.parse(recordedAt))} and ${lead}`,
    [
      { heading: 'What was seen', lines: [`${requests} requests${rate}`, ...news.reason.split('; ')] },
      {
        heading: 'What is live',
        lines: columns(snapshot.filter(isAlias).map((one) => [one.target, `version ${one.version}`])),
      },
      { heading: 'What is left to do', lines: byHand },
    ],
    [`Release ${releaseId}`],
  );
}

/** The mail that says that what is live for a service could not be recorded. */
export function recordingFailedMail(
  environment: string,
  news: { readonly service: string; readonly executionArn: string; readonly why: string },
): Mail {
  return layOut(
    `[${environment}] ${news.service}: what is live could not be recorded`,
    `${news.service}: recording what is live broke off. Nothing of the service was changed, but the ledger may lack a release.`,
    [
      { heading: 'Why', lines: [news.why] },
      {
        heading: 'What is left to do',
        lines: ['Start the machine record-release once more, with the same input.'],
      },
    ],
    [executionUrl(news.executionArn)],
  );
}

/** What of all services could not be recorded. */
export interface UnrecordedNews {
  readonly executionArn: string;
  /** Services that were to be recorded. */
  readonly services: number;
  readonly unrecorded: readonly { readonly service: string; readonly why: string }[];
  /** So many more ended without a word: which ones, only the Map Run of the execution shows. */
  readonly lost: number;
}

/** The one mail that lists what could not be recorded where all services were to be. */
export function unrecordedMail(environment: string, news: UnrecordedNews): Mail {
  const { executionArn, services, unrecorded, lost } = news;
  const count = unrecorded.length + lost;
  const what = `${count} of ${services} services could not be recorded`;
  return layOut(
    `[${environment}] ${what}`,
    `${what}. Nothing of them was changed, but the ledger may lack a release of each. The others are recorded.`,
    [
      {
        heading: 'Not recorded',
        lines: [
          ...columns(unrecorded.map(({ service, why }) => [service, why])),
          ...(lost > 0
            ? [`${lost} more, whose executions broke off: the execution's Map Run shows them`]
            : []),
        ],
      },
      {
        heading: 'What is left to do',
        lines: [
          'Nothing, where the next daily recording is soon enough. Otherwise start the machine record-release with',
          '{} for all services, or {"service": "NAME"} for one.',
        ],
      },
    ],
    [executionUrl(executionArn)],
  );
}
