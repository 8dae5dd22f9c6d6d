import { borneErrorRate, type LimitsPolicy, type ServicePolicy } from '../catalog/service-entry.ts';
import type { NormalRates } from '../ledger/records.ts';
import type { Evidence, Judgement } from './judgement.ts';
import { releasedBoundary } from './latency.ts';
import type { MinuteCount } from './samples.ts';
import { minuteMs, type TimedCount } from './sequential/baseline.ts';
import type { Shift } from './sequential/clock.ts';
import { judgeLook } from './sequential/judge-look.ts';
import type { Metric, TestEvidence } from './sequential/look.ts';

/** Everything that the judge uses for one version. */
export interface JudgeInput {
  /** The version, as evidence and mails name it. */
  readonly subject: string;
  /** Its counts since it was released. */
  readonly released: readonly MinuteCount[];
  /** Counts of the version beside it; none if there was none. */
  readonly control?: readonly MinuteCount[];
  /** End of the last minute read, ms since the epoch. */
  readonly until: number;
  /** Growth of its share of the traffic; none if it had all of it at once. */
  readonly shifts?: readonly Shift[];
  /** Normal rates of its alias; undefined without history. */
  readonly normal?: NormalRates | undefined;
  readonly limits: LimitsPolicy;
  /** Minutes of cold starts that are not judged, if not the usual number. */
  readonly warmUpMinutes?: number | undefined;
  /** Requests that stay together on one version; left out, each counts by itself. */
  readonly cluster?: number | undefined;
  /** How many times as bad as its control the version may be; left out, as bad. */
  readonly tolerance?: ServicePolicy['tolerance'] | undefined;
  /** Number of functions of its release: each is judged by itself, and all of them together may err as rarely as one. */
  readonly functions?: number;
  /** Evidence of the release's alarms; none if it has none, or they are weighed elsewhere. */
  readonly alarms?: readonly Evidence[];
  /** Evidence of the service's health checks; none if it has none, or they are weighed elsewhere. */
  readonly checks?: readonly Evidence[];
}

/** The part of a policy that the judge uses. Older records have fewer of its fields. */
export type JudgePolicy = Pick<ServicePolicy, 'limits'> &
  Partial<Pick<ServicePolicy, 'warmUpMinutes' | 'cluster' | 'tolerance'>>;

/** The part of a policy that the judge uses. */
export function judgedBy({ limits, warmUpMinutes, cluster, tolerance }: JudgePolicy): JudgePolicy {
  return {
    limits,
    ...(warmUpMinutes !== undefined && { warmUpMinutes }),
    ...(cluster !== undefined && { cluster }),
    ...(tolerance && { tolerance }),
  };
}

/** The judge's result. */
export interface Judged {
  readonly judgement: Judgement;
  /** There is evidence against the version, but not enough to condemn it: the next look is in a minute. */
  readonly isSuspected: boolean;
  /** The evidence that kept numbers from condemning the version although its users are affected: a person has to look. */
  readonly veto?: Evidence;
}

/** Rules that find bad numbers for which the release may not be to blame: a person is always told. */
const vetoes: ReadonlySet<string> = new Set(['shared-cause', 'attributed-elsewhere']);

/**
 * Judges a version from its numbers; a pure function of its input. It is the one place in which a look becomes a verdict:
 * for deployments, aliases moved without one, recorded releases and restored services.
 *
 * Any breach makes it `unhealthy`. Without one it is `healthy` once its errors are proved to be rare, nothing leans against
 * it, and every health check says so too; until then there is no verdict: `insufficient`.
 */
export function judgeRelease(input: JudgeInput): Judged {
  const {
    subject,
    shifts = [],
    until,
    functions = 1,
    warmUpMinutes,
    cluster,
    alarms = [],
    checks = [],
  } = input;
  const open = checks.find(({ finding }) => finding === 'note');
  const look = judgeLook({
    functions: [{ name: subject, metrics: metricsOf(input) }],
    functionsOfRelease: functions,
    shifts,
    until,
    ...(warmUpMinutes !== undefined && { warmUpMinutes }),
    ...(cluster !== undefined && { cluster }),
    isHealthyByChecks: open === undefined,
  });
  // A reader of an unhealthy verdict does not need to know how far the version is from being proved healthy.
  const tests = look.evidence.filter(({ rule }) => look.verdict !== 'unhealthy' || rule !== 'proved-healthy');
  const evidence = [...tests.map(evidenceOf), ...checks, ...alarms];
  const breach = evidence.find(({ finding }) => finding === 'breach');
  const { isSuspected } = look;
  if (breach) return { judgement: { verdict: 'unhealthy', reason: breach.detail, evidence }, isSuspected };
  const isOpenByChecks = open !== undefined && !isSuspected && isProved(look.evidence);
  const reason = isOpenByChecks ? open.detail : look.reason;
  const veto = look.needsPerson ? evidence.find(({ rule }) => vetoes.has(rule)) : undefined;
  return { judgement: { verdict: look.verdict, reason, evidence }, isSuspected, ...(veto && { veto }) };
}

/** Whether numbers condemn a version, rather than an alarm, a health check or the end of its deployment. */
export function isCondemnedByNumbers(evidence: readonly Pick<Evidence, 'rule' | 'finding'>[]): boolean {
  return evidence.some(({ rule, finding }) => finding === 'breach' && testsOnCounts.has(rule));
}

/** Rules whose breach rests on counts of requests; the first two are from releases before these tests. */
const testsOnCounts: ReadonlySet<string> = new Set([
  'error-rate-limit',
  'slow-requests-limit',
  'compared-with-control',
  'above-normal-while-split',
  'above-normal',
  'above-limit',
  'nothing-works',
]);

function isProved(evidence: readonly TestEvidence[]): boolean {
  return evidence.some(({ rule, finding }) => rule === 'proved-healthy' && finding === 'clear');
}

function metricsOf(input: JudgeInput): Metric[] {
  const { released, control = [], normal, limits, tolerance } = input;
  const { errorRate, slow } = limits;
  const { errors: ofErrors = 1, slow: ofSlow = 1 } = tolerance ?? {};
  const errors: Metric = {
    name: 'errors',
    verb: 'failed',
    family: 'errors',
    series: [
      {
        released: released.map(failed),
        control: control.map(failed),
        ...(normal && { baseline: normal.errors }),
      },
    ],
    limit: errorRate ?? borneErrorRate,
    isLimitSet: errorRate !== undefined,
    tolerance: ofErrors,
  };
  const latency = latencyOf(released, control, normal, ofSlow);
  const others = [...latency, ...throttlesOf(input)];
  if (!slow) return [errors, ...others];
  // A boundary changed since has no history.
  const known = normal?.slow?.overMs === slow.overMs ? normal.slow.counts : undefined;
  return [
    errors,
    ...others,
    {
      name: 'slow requests',
      verb: 'took',
      family: 'slow',
      series: [
        {
          boundary: { released: slow.overMs, control: slow.overMs },
          released: released.map(tooSlow),
          control: control.map(tooSlow),
          ...(known && { baseline: known }),
        },
      ],
      limit: slow.share,
      isLimitSet: true,
      tolerance: ofSlow,
    },
  ];
}

/** Requests over each boundary of the usual durations; no metric if none is known. */
function latencyOf(
  released: readonly MinuteCount[],
  control: readonly MinuteCount[],
  normal: NormalRates | undefined,
  tolerance: number,
): Metric[] {
  const { latency = [] } = normal ?? {};
  if (latency.length === 0) return [];
  const series = latency.map(({ overMs, counts }, index) => ({
    boundary: { released: releasedBoundary(overMs), control: overMs },
    released: released.map(overBoundary(index)),
    control: control.map(overBoundary(index)),
    baseline: counts,
  }));
  return [{ name: 'latency', verb: 'took', family: 'slow', series, tolerance }];
}

/** Requests that Lambda refused. Releases opened before normal rates of throttles were read have no such metric. */
function throttlesOf({ released, control = [], normal, until }: JudgeInput): Metric[] {
  if (!normal?.throttles) return [];
  // Throttles and invocations are two metrics: for the newest minute only one of them may have arrived.
  const known = ({ at }: MinuteCount) => at + 2 * minuteMs <= until;
  const series = {
    released: released.filter(known).map(refused),
    control: control.filter(known).map(refused),
    baseline: normal.throttles,
  };
  return [{ name: 'throttles', verb: 'were throttled', family: 'throttles', series: [series] }];
}

/** Throttled requests out of all incoming ones, as the tests count them. */
export function refused({ at, requests, throttled = 0 }: MinuteCount): TimedCount {
  return { at, requests: requests + throttled, bad: throttled };
}

/** Errors out of requests, as the tests count them. */
export function failed({ at, requests, errors }: MinuteCount): TimedCount {
  return { at, requests, bad: Math.min(errors, requests) };
}

/** Requests over the boundary out of those with a known duration, as the tests count them. */
export function tooSlow({ at, requests, timed = requests, slow = 0 }: MinuteCount): TimedCount {
  return { at, requests: timed, bad: Math.min(slow, timed) };
}

/** Requests over one boundary of the usual durations out of those with a known duration, as the tests count them. */
export function overBoundary(index: number): (minute: MinuteCount) => TimedCount {
  return ({ at, timed = 0, over = [] }) => ({ at, requests: timed, bad: Math.min(over[index] ?? 0, timed) });
}

/** Smaller chances mean no more. */
const leastChance = 1e-12;

/** Evidence in the form of the ledger and of mails. */
function evidenceOf(test: TestEvidence): Evidence {
  const { rule, finding, metric, subject, logEvidence, from, released, control, normal, ruledOut, detail } =
    test;
  const { boundary } = test;
  const rate = (count: { requests: number; bad: number } | undefined) =>
    count && count.requests > 0 ? count.bad / count.requests : undefined;
  const observed = rate(released);
  const before = rate(control) ?? normal?.rate;
  return {
    rule,
    finding,
    metric: subject === undefined ? metric : `${metric} of ${subject}`,
    ...(observed !== undefined && { observed }),
    ...(before !== undefined && { baseline: before }),
    ...(released && { samples: released.requests }),
    // For a proof of health: the chance that a version at the limit looks so good.
    chance: Math.max(leastChance, Math.min(1, Math.exp(-logEvidence))),
    ...(from !== undefined && { since: new Date(from).toISOString() }),
    ...(control && { control: { requests: control.requests, bad: control.bad } }),
    ...(normal && {
      normal: {
        rate: normal.rate,
        source: normal.source,
        hours: normal.hours,
        requests: normal.requests,
      },
    }),
    ...(boundary && { overMs: boundary }),
    ...(ruledOut.length > 0 && { ruledOut: [...ruledOut] }),
    detail,
  };
}
