import type { GetMetricDataOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { strikeCounter } from './strike-counter.ts';

/** Makes CloudWatch answer the coordinator with no, old or incomplete data. */
export function disturbMetrics(fault: FaultOf<'metrics'>, site: FaultSite): void {
  const strikes = strikeCounter(fault);
  site.coordinator.account.wire.use(async (call, next) => {
    const isTheirs = call.operation === 'GetMetricData' && call.caller.resource !== undefined;
    if (!isTheirs || !strikes()) return next();
    const answer = (await next()) as GetMetricDataOutput;
    site.strikes(fault, `GetMetricData of ${call.caller.resource}`);
    const results = answer.MetricDataResults ?? [];
    return { ...answer, MetricDataResults: results.map((one) => disturbed(one, fault, call.now)) };
  });
}

function disturbed(
  result: MetricDataResult,
  { act, lag }: FaultOf<'metrics'>,
  now: number,
): MetricDataResult {
  const { Timestamps = [], Values = [] } = result;
  const keep = (test: (time: Date, index: number) => boolean) => ({
    ...result,
    Timestamps: Timestamps.filter(test),
    Values: Values.filter((_, index) => test(Timestamps[index] as Date, index)),
  });
  switch (act) {
    case 'missing':
      return keep(() => false);
    case 'late':
      return keep((time) => time.getTime() < now - lag);
    case 'partial':
      return { ...keep((_, index) => index % 2 === 0), StatusCode: 'PartialData' };
  }
}
