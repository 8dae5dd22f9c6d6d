import { borneErrorRate, type ServicePolicy } from '../catalog/service-entry.ts';
import { decidePermission } from '../incident/decide-permission.ts';
import { isCondemnedByNumbers } from '../judge/judge-release.ts';
import { totalOf } from '../judge/samples.ts';
import { minuteMs, normalRate, type Span } from '../judge/sequential/baseline.ts';
import { isUsedUp } from '../ledger/budget-ledger.ts';
import type { NormalRates } from '../ledger/records.ts';
import type { Label, RecordedDeployment } from './recorded-deployment.ts';
import { type ReplayedDeployment, replayDeployment } from './replay-deployment.ts';

/** The policy's action on a condemned release: nobody is asked, a person is, or the plan is only mailed. */
export type ReplayedAction = 'roll-back' | 'ask' | 'report';

/** Comparison of the result with the label. `missed`: bad, and the watch ended without condemning it. */
export type ByLabel = 'right' | 'false' | 'missed' | 'undecided';

/** The policy's result for one recorded release. All times are ms since the epoch. */
export interface ReplayedRelease {
  readonly release: string;
  readonly deployments: readonly string[];
  /** Its first traffic; the beginning of its record if it had none. */
  readonly servedFrom: number;
  readonly label?: Label;
  readonly onset?: number;
  /** `good`: settled and proved healthy. `unproven`: settled without that. The others as for a watch. */
  readonly result: 'condemned' | 'good' | 'unproven' | 'replaced' | 'undecided';
  /** Time of the decision. */
  readonly at: number;
  readonly reason: string;
  /** The rule that condemned it. */
  readonly rule?: string;
  readonly action?: ReplayedAction;
  /** Reason why it is not rolled back at once. */
  readonly held?: string;
  /** Minutes from its onset, or from its first traffic if the onset is unknown, until it was condemned. */
  readonly delayMinutes?: number;
  readonly byLabel?: ByLabel;
  /** Requests and errors of its new versions until then. */
  readonly requests: number;
  readonly errors: number;
  /** Hours of history behind the normal rate, for the function with the fewest. */
  readonly historyHours: number;
  /** Whether the history is enough; otherwise the normal rate is not below the limit. */
  readonly hasHistory: boolean;
}

/** The results in numbers. */
export interface ReplaySummary {
  readonly releases: number;
  readonly good: number;
  readonly bad: number;
  readonly rolledBack: number;
  readonly asked: number;
  readonly reported: number;
  /** Labelled good, or with a later onset, and condemned. */
  readonly false: number;
  /** Labelled bad and condemned. */
  readonly found: number;
  /** Labelled bad, and settled or replaced without being condemned. */
  readonly missed: number;
  /** Labelled bad, and the record ends before the watch does. */
  readonly undecided: number;
  /** Over the releases found; absent if there are none. */
  readonly medianDelayMinutes?: number;
  readonly longestDelayMinutes?: number;
}

/** Input of a replay. */
export interface ReplayInput {
  /** The service, as reasons name it. */
  readonly service: string;
  readonly policy: ServicePolicy;
  /** Every recorded deployment of the service. */
  readonly deployments: readonly RecordedDeployment[];
  /**
   * Normal rates before a deployment.
   *
   * @param leftOut spans in which releases were live that the policy has condemned
   */
  readonly normalOf: (deployment: RecordedDeployment, leftOut: readonly Span[]) => NormalRates | undefined;
}

/** One release with its deployments, oldest first. */
interface RecordedRelease {
  readonly release: string;
  readonly from: number;
  readonly deployments: readonly RecordedDeployment[];
}

/**
 * Judges recorded releases of one service with a policy, in the order in which they began; a pure function. It applies the
 * machines' judge, look by look ({@link replayDeployment}), and then autonomy and budget.
 */
export function replayPolicy({ service, policy, deployments, normalOf }: ReplayInput): ReplayedRelease[] {
  const releases = releasesOf(deployments);
  const bad: Span[] = [];
  const begun: number[] = [];
  return releases.map((release, index) => {
    const replacedAt = releases[index + 1]?.from;
    const functions = Math.max(
      ...release.deployments.map((one) => one.functions ?? release.deployments.length),
    );
    const watched = release.deployments.map((recorded) => {
      const normal = normalOf(recorded, bad);
      return {
        ...replayDeployment(recorded, { policy, normal, functions, replacedAt }),
        recorded,
        hours: normal?.errors.hours ?? 0,
        source: normalRate(normal?.errors, { limit: policy.limits.errorRate ?? borneErrorRate })?.source,
      };
    });
    const decisive = decisiveOf(watched);
    const { end, at, reason, evidence, verdict } = decisive;
    // A condemned deployment ends the watches of its release.
    const ends = watched.map((one) => (end === 'condemned' ? at : one.at));
    const { requests, errors } = totalOf(
      watched.flatMap(({ recorded }, n) =>
        recorded.released.filter((minute) => minute.at + minuteMs <= (ends[n] ?? at)),
      ),
    );
    const result = end === 'settled' ? (verdict === 'healthy' ? 'good' : 'unproven') : end;
    const known = labelOf(release);
    const servedFrom = Math.min(...release.deployments.map(({ shifts: [first], from }) => first?.at ?? from));
    const replayed = {
      release: release.release,
      deployments: release.deployments.map(({ id }) => id),
      servedFrom,
      ...known,
      result,
      at,
      reason,
      requests,
      errors,
      historyHours: Math.min(...watched.map(({ hours }) => hours)),
      hasHistory: watched.every(({ source }) => source === 'history'),
    } as const;
    const word = byLabel(replayed);
    if (result !== 'condemned') return { ...replayed, ...(word && { byLabel: word }) };
    bad.push({ from: release.from, to: replacedAt ?? Number.POSITIVE_INFINITY });
    const { action, held } = actionOn(evidence, at);
    if (action === 'roll-back') begun.push(at);
    return {
      ...replayed,
      rule: evidence.find(({ finding }) => finding === 'breach')?.rule ?? '',
      action,
      ...(held !== undefined && { held }),
      delayMinutes: minutesBetween(known.onset ?? servedFrom, at),
      ...(word && { byLabel: word }),
    };
  });

  function actionOn(
    evidence: ReplayedDeployment['evidence'],
    at: number,
  ): { readonly action: ReplayedAction; readonly held?: string } {
    const permission = decidePermission({
      byPerson: false,
      services: [{ service, policy }],
      holds: [],
      breached: isCondemnedByNumbers(evidence),
      approval: undefined,
    });
    if (permission.decision === 'ask') return { action: 'ask', held: permission.reason };
    if (permission.decision !== 'act') return { action: 'report', held: permission.reason };
    if (!isUsedUp(policy.budget, begun, at)) return { action: 'roll-back' };
    const { rollbacks, hours } = policy.budget;
    return {
      action: 'report',
      held: `Its budget is used up: ${rollbacks} rollbacks without a person in ${hours} hours.`,
    };
  }
}

/** The results in numbers. */
export function summarize(replayed: readonly ReplayedRelease[]): ReplaySummary {
  const count = (is: (one: ReplayedRelease) => boolean) => replayed.filter(is).length;
  const delays = replayed
    .filter(isFound)
    .map(({ delayMinutes = 0 }) => delayMinutes)
    .sort((a, b) => a - b);
  const longest = delays.at(-1);
  return {
    releases: replayed.length,
    good: count(({ label }) => label === 'good'),
    bad: count(({ label }) => label === 'bad'),
    rolledBack: count(({ action }) => action === 'roll-back'),
    asked: count(({ action }) => action === 'ask'),
    reported: count(({ action }) => action === 'report'),
    false: count((one) => one.byLabel === 'false'),
    found: delays.length,
    missed: count((one) => one.byLabel === 'missed'),
    undecided: count((one) => one.byLabel === 'undecided'),
    ...(longest !== undefined && {
      medianDelayMinutes: medianOf(delays),
      longestDelayMinutes: longest,
    }),
  };
}

/** Deployments by their releases, in the order in which these began. */
function releasesOf(deployments: readonly RecordedDeployment[]): RecordedRelease[] {
  const byRelease = new Map<string, RecordedDeployment[]>();
  for (const one of deployments) byRelease.set(one.release, [...(byRelease.get(one.release) ?? []), one]);
  return [...byRelease]
    .map(([release, own]) => {
      const sorted = own.sort((a, b) => a.from - b.from);
      return { release, from: sorted[0]?.from ?? 0, deployments: sorted };
    })
    .sort((a, b) => a.from - b.from);
}

/** The watch that decides a release: the first that condemns; otherwise the least certain, and among equals the last. */
function decisiveOf<T extends ReplayedDeployment>(watched: readonly T[]): T {
  const condemned = watched.filter(({ end }) => end === 'condemned').sort((a, b) => a.at - b.at);
  const rank = (one: T) => {
    if (one.end === 'undecided') return 0;
    if (one.end === 'replaced') return 1;
    return one.verdict === 'healthy' ? 3 : 2;
  };
  const others = [...watched].sort((a, b) => rank(a) - rank(b) || b.at - a.at);
  return (condemned[0] ?? others[0]) as T;
}

/** One bad deployment makes a release bad, from the earliest onset. */
function labelOf({ deployments }: RecordedRelease): { readonly label?: Label; readonly onset?: number } {
  const labels = deployments.map(({ label }) => label);
  const label = labels.find((one) => one === 'bad') ?? labels.find((one) => one !== undefined);
  if (!label) return {};
  const onsets = deployments.flatMap(({ onset }) => onset ?? []);
  return { label, ...(onsets.length > 0 && { onset: Math.min(...onsets) }) };
}

/** The result compared with the label; undefined without a label. Condemning a release before its onset is false. */
function byLabel({
  label,
  onset,
  result,
  at,
}: Pick<ReplayedRelease, 'label' | 'onset' | 'result' | 'at'>): ByLabel | undefined {
  if (!label) return undefined;
  const isCondemned = result === 'condemned';
  if (label === 'good') return isCondemned ? 'false' : 'right';
  if (isCondemned) return onset !== undefined && at < onset ? 'false' : 'right';
  return result === 'undecided' ? 'undecided' : 'missed';
}

function isFound({ label, byLabel: word }: ReplayedRelease): boolean {
  return label === 'bad' && word === 'right';
}

function minutesBetween(from: number, to: number): number {
  return Math.round(((to - from) / minuteMs) * 10) / 10;
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? 0, sorted[Math.floor(middle)] ?? 0];
  return Math.round(((low + high) / 2) * 10) / 10;
}
