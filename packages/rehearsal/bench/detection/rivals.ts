import { MannWhitney } from './mann-whitney.ts';
import { type Minutes, watchMinutes } from './traffic.ts';

/** A rule of another tool, for comparison only. */
export interface Rival {
  readonly name: string;
  /** The name in a column. */
  readonly short: string;
  /** The documentation of the rule. */
  readonly source: string;
  readonly isInTable: boolean;
  /** Slow to compute: played a tenth as often. */
  readonly isSlow?: boolean;
  /** The minute after which the rule rolls the deployment back, from 1; 0 for never. */
  readonly condemnedAt: (minutes: Minutes) => number;
}

/** The result of one minute: it breaches, it does not, or it has no data. */
export type Datapoint = 'breach' | 'fine' | 'missing';

/** CloudWatch reads a few datapoints more than an alarm's periods: five for three. */
const moreDatapoints = 2;

/**
 * A CloudWatch alarm over `periods` minutes in a row. By default a missing minute is neither a breach nor its opposite: the
 * alarm goes back for the datapoints that it needs, as far as it reads.
 */
export function alarmAt(datapoints: readonly Datapoint[], periods: number): number {
  let breaches: number[] = [];
  for (const [k, datapoint] of datapoints.entries()) {
    if (datapoint === 'missing') continue;
    if (datapoint === 'fine') breaches = [];
    else breaches.push(k);
    const first = breaches.at(-periods);
    if (first !== undefined && k - first < periods + moreDatapoints) return k + 1;
  }
  return 0;
}

/** Flagger: a run without a value counts as failed too; `threshold` failed checks in all roll the canary back. */
export function flaggerAt(datapoints: readonly Datapoint[], threshold: number): number {
  let failed = 0;
  for (const [k, datapoint] of datapoints.entries()) {
    if (datapoint !== 'fine') failed += 1;
    if (failed >= threshold) return k + 1;
  }
  return 0;
}

/** A measurement of Argo Rollouts is an error where the query returns nothing; four errors in a row are tolerated. */
const consecutiveErrorLimit = 4;

/** Argo Rollouts: more than `failureLimit` failed measurements, or too many errors in a row. */
export function argoAt(datapoints: readonly Datapoint[], failureLimit: number): number {
  let failed = 0;
  let errors = 0;
  for (const [k, datapoint] of datapoints.entries()) {
    errors = datapoint === 'missing' ? errors + 1 : 0;
    if (datapoint === 'breach') failed += 1;
    if (failed > failureLimit || errors > consecutiveErrorLimit) return k + 1;
  }
  return 0;
}

/** The coordinator's former fixed limits: of the last three samples of 30 requests, two with more than 5 % of errors. */
export function hardLimitsAt(
  { requests, bad }: Pick<Minutes, 'requests' | 'bad'>,
  { rate = 0.05, sampleRequests = 30, breaches = 2, ofLast = 3 } = {},
): number {
  const samples: boolean[] = [];
  let open = { requests: 0, bad: 0 };
  for (let k = 0; k < requests.length; k += 1) {
    open = { requests: open.requests + (requests[k] as number), bad: open.bad + (bad[k] as number) };
    if (open.requests < sampleRequests) continue;
    samples.push(open.bad / open.requests > rate);
    open = { requests: 0, bad: 0 };
    if (samples.slice(-ofLast).filter(Boolean).length >= breaches) return k + 1;
  }
  return 0;
}

/** The rate of errors of each minute above a limit. */
function datapoints(
  { requests, bad }: Minutes,
  breaches: (bad: number, requests: number) => boolean,
): Datapoint[] {
  return Array.from({ length: watchMinutes }, (_, k) => {
    const total = requests[k] as number;
    if (total === 0) return 'missing';
    return breaches(bad[k] as number, total) ? 'breach' : 'fine';
  });
}

const anyError = (bad: number): boolean => bad > 0;
const above = (rate: number) => (bad: number, requests: number) => bad / requests > rate;

const alarms = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html';
const argo = 'https://argo-rollouts.readthedocs.io/en/stable/features/analysis/';

/** The rules, each with its documented settings. */
export const rivals: readonly Rival[] = [
  {
    name: 'alarm Errors > 0, 1 of 1',
    short: 'Errors>0 1/1',
    source: alarms,
    isInTable: false,
    condemnedAt: (minutes) => alarmAt(datapoints(minutes, anyError), 1),
  },
  {
    // The alarm of the example of safe deployments: threshold 0, 60 s, two periods.
    name: 'alarm Errors > 0, 2 of 2',
    short: 'Errors>0 2/2',
    source:
      'https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html',
    isInTable: true,
    condemnedAt: (minutes) => alarmAt(datapoints(minutes, anyError), 2),
  },
  {
    name: 'alarm 1 % of the new version, 2 of 2',
    short: '1 % 2/2',
    source: alarms,
    isInTable: true,
    condemnedAt: (minutes) => alarmAt(datapoints(minutes, above(0.01)), 2),
  },
  {
    name: 'Flagger: success >= 99 % each minute, 5 failed checks',
    short: 'Flagger 5',
    source: 'https://docs.flagger.app/usage/how-it-works',
    isInTable: true,
    condemnedAt: (minutes) => flaggerAt(datapoints(minutes, above(0.01)), 5),
  },
  {
    name: 'Argo: success >= 95 % each minute, failureLimit 0',
    short: 'Argo 0',
    source: argo,
    isInTable: false,
    condemnedAt: (minutes) => argoAt(datapoints(minutes, above(0.05)), 0),
  },
  {
    name: 'Argo: the same, failureLimit 3',
    short: 'Argo 3',
    source: argo,
    isInTable: true,
    condemnedAt: (minutes) => argoAt(datapoints(minutes, above(0.05)), 3),
  },
  {
    // Each look is an analysis of all minutes so far, of an hour at most.
    name: 'Kayenta: Mann-Whitney, 98 %, tolerance 0.25, 60 min',
    short: 'Kayenta',
    source: 'https://github.com/spinnaker/kayenta/tree/master/kayenta-judge',
    isInTable: true,
    isSlow: true,
    condemnedAt: (minutes) => new MannWhitney(0.25).condemnedAt(minutes),
  },
  {
    name: 'fixed limit of 5 %, samples of 30, 2 of 3 (before)',
    short: 'before',
    source: 'docs/catalog.md, limits',
    isInTable: true,
    condemnedAt: hardLimitsAt,
  },
];
