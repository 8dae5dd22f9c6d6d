import { instant } from '../shared/mail/mail-text.ts';
import type { ReplayedRelease, ReplaySummary } from '../shared/replay/replay-policy.ts';
import { type Cell, fitTable, type Screen } from './layout.ts';

/** The result of a replay. */
export interface Replay {
  readonly summary: ReplaySummary;
  readonly releases: readonly ReplayedRelease[];
  /** The parts of the policy that had nothing to judge, with the reason. */
  readonly notJudged: readonly string[];
}

/** A line for each release, the reasons that need explaining, and the numbers. */
export function renderReplay({ summary, releases, notJudged }: Replay, screen: Screen): string[] {
  const reasons = releases.flatMap((one) => reasonOf(one) ?? []);
  const young = releases.filter(({ hasHistory }) => !hasHistory).length;
  return [
    ...fitTable(
      ['RELEASE', 'FIRST TRAFFIC', 'LABEL', 'RESULT', 'WHEN', 'DELAY', 'ERRORS', 'BY LABEL'],
      releases.map(rowOf),
      screen,
    ),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
    '',
    ...inNumbers(summary),
    ...(young > 0 ? [`with too little history: ${young}; for them, normal is not below the limit`] : []),
    ...notJudged.map((one) => `Not judged: ${one}.`),
  ];
}

const actions = { 'roll-back': 'rolled back', ask: 'a person is asked', report: 'only reported' } as const;
const results = {
  good: 'good',
  unproven: 'unproven',
  replaced: 'replaced',
  undecided: 'record ends',
} as const;
const tones = { right: 'good', false: 'bad', missed: 'bad', undecided: 'doubtful' } as const;

function rowOf(one: ReplayedRelease): Cell[] {
  const { release, servedFrom, label = '-', at, delayMinutes, requests, errors, byLabel } = one;
  return [
    release,
    instant(servedFrom),
    label,
    resultOf(one),
    instant(at),
    delayMinutes === undefined ? '-' : `${delayMinutes} min`,
    `${errors} of ${requests}`,
    byLabel ? { text: byLabel, as: tones[byLabel] } : '-',
  ];
}

function resultOf({ result, action }: ReplayedRelease): string {
  return result === 'condemned' ? actions[action ?? 'report'] : results[result];
}

/** The reason why a release is condemned, or is not although it is bad; undefined for any other. */
function reasonOf({
  release,
  result,
  rule,
  held,
  reason,
  byLabel,
  at,
  onset,
}: ReplayedRelease): string | undefined {
  if (result === 'condemned') return `${release}  ${rule}: ${reason}${held ? `. ${held}` : ''}`;
  if (byLabel !== 'missed' && byLabel !== 'undecided') return undefined;
  const late = onset !== undefined && onset >= at ? `, before its onset at ${instant(onset)}` : '';
  return `${release}  ${results[result]} at ${instant(at)}${late}: ${reason}`;
}

function inNumbers(summary: ReplaySummary): string[] {
  const { releases, good, bad, rolledBack, asked, reported, found, missed, undecided } = summary;
  const { medianDelayMinutes, longestDelayMinutes } = summary;
  return [
    `releases: ${releases}; labelled good: ${good}, bad: ${bad}, without a label: ${releases - good - bad}`,
    `rollbacks: ${rolledBack}; a person is asked: ${asked}; only reported: ${reported}`,
    `false: ${summary.false}; of the bad ones found: ${found}, missed: ${missed}, undecided: ${undecided}`,
    ...(medianDelayMinutes === undefined
      ? []
      : [`delay of those found: median ${medianDelayMinutes} min, longest ${longestDelayMinutes} min`]),
  ];
}
