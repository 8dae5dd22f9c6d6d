import type { Wire } from 'account-simulator/account/wire/wire.ts';
import { throttled } from './service-trouble.ts';
import { TokenBucket } from './token-bucket.ts';

/** A request limit, per second, that several operations share, before any increase. */
interface ServiceLimit {
  readonly service: string;
  /** Operations that share the limit; by default all others of the service. */
  readonly operations?: readonly string[];
  readonly perSecond: number;
  readonly burst?: number;
}

/** Default quotas of an account in eu-west-1. A service without a published figure (CodeDeploy) has no limit here. */
const limits: readonly ServiceLimit[] = [
  // General Reference, "AWS Systems Manager endpoints and quotas": default throughput.
  { service: 'ssm', operations: ['GetParameter', 'GetParameters', 'GetParametersByPath'], perSecond: 40 },
  {
    service: 'ssm',
    operations: ['PutParameter', 'GetParameterHistory', 'DescribeParameters', 'LabelParameterVersion'],
    perSecond: 3,
  },
  { service: 'ssm', operations: ['DeleteParameter'], perSecond: 3 },
  // Lambda Developer Guide, "Lambda quotas": GetFunction 100, the rest of the control plane 15 together.
  { service: 'lambda', operations: ['GetFunction'], perSecond: 100 },
  { service: 'lambda', operations: ['Invoke'], perSecond: 10_000 },
  { service: 'lambda', perSecond: 15 },
  // API Gateway Developer Guide, "Quotas for creating, deploying and managing an API": all operations together.
  { service: 'api-gateway', perSecond: 10, burst: 40 },
  { service: 'apigatewayv2', perSecond: 10, burst: 40 },
  // CloudWatch User Guide, "CloudWatch service quotas".
  { service: 'cloudwatch', operations: ['GetMetricData'], perSecond: 500 },
  { service: 'cloudwatch', operations: ['DescribeAlarms'], perSecond: 9 },
  { service: 'cloudwatch', operations: ['DescribeAlarmHistory'], perSecond: 20 },
  { service: 'cloudwatch', operations: ['SetAlarmState'], perSecond: 3 },
  // Step Functions Developer Guide, "Quotas related to API action throttling": bucket and refill.
  { service: 'sfn', operations: ['StartExecution'], perSecond: 300, burst: 1_300 },
  { service: 'sfn', operations: ['StopExecution'], perSecond: 200, burst: 1_000 },
  { service: 'sfn', operations: ['DescribeExecution'], perSecond: 15, burst: 300 },
];

/**
 * Applies the documented limits to all callers, in virtual time. All calls use the limits up; only the coordinator's calls
 * are refused, since the persons and tools of a scenario do not retry.
 *
 * @param onThrottled called for every refusal
 */
export function enforceServiceLimits(wire: Wire, onThrottled: () => void): void {
  const buckets = limits.map((limit) => ({
    ...limit,
    bucket: new TokenBucket(limit.perSecond, limit.burst),
  }));
  wire.use(async (call, next) => {
    const limit = buckets.find(
      ({ service, operations }) => service === call.service && (operations?.includes(call.operation) ?? true),
    );
    if (limit && !limit.bucket.take(call.now) && call.caller.resource !== undefined) {
      onThrottled();
      throw throttled(call.service);
    }
    return next();
  });
}
