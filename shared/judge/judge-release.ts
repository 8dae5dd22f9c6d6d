import { borneErrorRate, type LimitsPolicy, type ServicePolicy } from '../catalog/service-entry.ts';
import type { NormalRates } from '../ledger/records.ts';
import type { Evidence, Judgement } from './judgement.ts';
import { releasedBoundary } from './latency.ts';
import type { MinuteCount } from './samples.ts';
import { minuteMs, type TimedCount } from './sequential/baseline.ts';
import type { Shift } from './sequential/clock.ts';
import { judgeLook } from './sequential/judge-look.ts';
import type { Metric, TestEvidence } from './sequential/look.ts';

/** Everything the judge looks at for one version. */
export interface JudgeInput {
  /** The version, as evidence and mails name it. */
  readonly subject: string;
  /** What it did since it was released. */
  readonly released: readonly MinuteCount[];
  /** What the version beside it did; none where it had none. */
  readonly control?: readonly MinuteCount[];
  /** End of the last minute that was read, ms since the epoch. */
  readonly until: number;
  /** How its share of the traffic grew; none where it had all of it at once. */
  readonly shifts?: readonly Shift[];
  /** What is normal for its alias; undefined where nothing is known of before. */
  readonly normal?: NormalRates | undefined;
  readonly limits: LimitsPolicy;
  /** Minutes of cold starts that are not judged, where it is not as many as usual. */
  readonly warmUpMinutes?: number | undefined;
  /** Requests that stay together on one version; each by itself, where it is left out. */
  readonly cluster?: number | undefined;
  /** How many times as bad as its control the version may be; as bad, where it is left out. */
  readonly tolerance?: ServicePolicy['tolerance'] | undefined;
  /** Functions of its release: each is judged by itself, and all of them together are to be wrong as rarely as one. */
  readonly functions?: number;
  /** What the alarms of the release say; none where it has none, or they are weighed elsewhere. */
  readonly alarms?: readonly Evidence[];
  /** What the health checks of the service say; none where it has none, or they are weighed elsewhere. */
  readonly checks?: readonly Evidence[];
}

/** The part of a policy that the judge goes by. Records of before have fewer of its fields. */
export type JudgePolicy = Pick<ServicePolicy, 'limits'> &
  Partial<Pick<ServicePolicy, 'warmUpMinutes' | 'cluster' | 'tolerance'>>;

/** The part of a policy that the judge goes by. */
export function judgedBy({ limits, warmUpMinutes, cluster, tolerance }: JudgePolicy): JudgePolicy {
  return {
    limits,
    ...(warmUpMinutes !== undefined && { warmUpMinutes }),
    ...(cluster !== undefined && { cluster }),
    ...(tolerance && { tolerance }),
  };
}

/** What the judge says, and what follows besides. */
export interface Judged {
  readonly judgement: Judgement;
  /** Something speaks against the version, not enough to condemn it: the next look is in a minute. */
  readonly isSuspected: boolean;
  /** What kept numbers from condemning the version, and is no less bad for its users: a person has to look. */
  readonly veto?: Evidence;
}

/** Rules that find numbers bad and the release not to blame for certain: never without telling a person. */
const vetoes: ReadonlySet<string> = new Set(['shared-cause', 'attributed-elsewhere']);

/**
 * Judges a version from its numbers; a pure function of its input. It is the one place in which a look becomes a verdict: of a
 * deployment, of what moved without one, of what was recorded, and of what was put back.
 *
 * Any breach makes it `unhealthy`. Without one it is `healthy` once its errors are proved to be rare, nothing leans against it,
 * and every health check says so too; until then there is no verdict: `insufficient`.
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
  // Whoever reads why a version is bad does not ask how far it is from being proved healthy.
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

/** Whether numbers speak against a version, rather than an alarm, a health check or the end of its deployment. */
export function isCondemnedByNumbers(evidence: readonly Pick<Evidence, 'rule' | 'finding'>[]): boolean {
  return evidence.some(({ rule, finding }) => finding === 'breach' && testsOnCounts.has(rule));
}

/** Rules whose breach rests on counts of requests; the first two are those of releases before these tests. */
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
  // A boundary that was changed since has no history.
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

/** Requests over each boundary of the usual durations; no metric where none is known. */
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

/** Requests that Lambda refused. Releases that were opened before it was read what is normal have no such metric. */
function throttlesOf({ released, control = [], normal, until }: JudgeInput): Metric[] {
  if (!normal?.throttles) return [];
  // Throttles and invocations are two metrics: of the newest minute, one of them may have come alone.
  const known = ({ at }: MinuteCount) => at + 2 * minuteMs <= until;
  const series = {
    released: released.filter(known).map(refused),
    control: control.filter(known).map(refused),
    baseline: normal.throttles,
  };
  return [{ name: 'throttles', verb: 'were throttled', family: 'throttles', series: [series] }];
}

/** Throttled requests out of all that came in, as the tests count them. */
export function refused({ at, requests, throttled = 0 }: MinuteCount): TimedCount {
  return { at, requests: requests + throttled, bad: throttled };
}

/** Errors out of requests, as the tests count them. */
export function failed({ at, requests, errors }: MinuteCount): TimedCount {
  return { at, requests, bad: Math.min(errors, requests) };
}

/** Requests over the boundary out of those whose duration is known, as the tests count them. */
export function tooSlow({ at, requests, timed = requests, slow = 0 }: MinuteCount): TimedCount {
  return { at, requests: timed, bad: Math.min(slow, timed) };
}

/** Requests over one boundary of the usual durations out of those whose duration is known, as the tests count them. */
export function overBoundary(index: number): (minute: MinuteCount) => TimedCount {
  return ({ at, timed = 0, over = [] }) => ({ at, requests: timed, bad: Math.min(over[index] ?? 0, timed) });
}

/** Chance says no more beyond it. */
const leastChance = 1e-12;

/** Evidence as the ledger keeps it and mails show it. */
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
    // Of what proves health it is the chance that a version at the limit looks so good.
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
