import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import { callInWords, callStrikes } from './call-faults.ts';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';

/**
 * Reads that AWS documents as eventually consistent, or for which it documents no guarantee. The coordinator reads DynamoDB
 * with strong consistency, and S3 is strongly consistent (S3 User Guide, "Data consistency model").
 */
const eventuallyConsistent: Readonly<Record<string, readonly string[]>> = {
  codedeploy: [
    'GetDeployment',
    'ListDeployments',
    'ListDeploymentTargets',
    'BatchGetDeploymentTargets',
    'GetDeploymentGroup',
  ],
  cloudformation: ['DescribeStacks', 'DescribeStackEvents', 'ListStackResources', 'GetTemplate'],
  lambda: ['GetAlias', 'GetFunctionConfiguration'],
  ssm: ['GetParametersByPath', 'GetParameter'],
  sfn: ['ListExecutions'],
  cloudwatch: ['DescribeAlarms', 'DescribeAlarmHistory'],
};

interface Answer {
  readonly at: number;
  readonly output: object | undefined;
}

/**
 * Answers reads from the past: with an earlier answer to the same read, at most `lag` old, or with the answer just before
 * the latest write to the service. Of several such answers the newest is used, or, where reads need not be monotonic, the
 * oldest: another replica answers than before.
 */
export function staleReads(fault: FaultOf<'stale-read'>, site: FaultSite): void {
  const { wire, clock } = site.coordinator.account;
  const strikes = callStrikes(fault, site);
  const past = new Map<string, Answer[]>();
  const known = new Map<string, WireCall>();
  const isRead = ({ service, operation }: WireCall) =>
    eventuallyConsistent[service]?.includes(operation) ?? false;

  wire.use(async (call, next) => {
    if (!(call.service in eventuallyConsistent)) return next();
    if (!isRead(call)) {
      if (isWrite(call)) await rememberBefore(call);
      return next();
    }
    const key = keyOf(call);
    const recent = (past.get(key) ?? []).filter(({ at }) => clock.now() - at <= fault.lag);
    const earlier = fault.monotonic ? recent.at(-1) : recent[0];
    if (earlier && strikes(call)) {
      const age = clock.now() - earlier.at;
      site.strikes(fault, `${callInWords(call)} answered as ${age} ms ago`);
      return earlier.output;
    }
    const output = await next();
    past.set(key, [...recent, { at: clock.now(), output }]);
    known.set(key, call);
    return output;
  });

  /** Stores the current answer, before the write, to every read of the service made so far. */
  async function rememberBefore({ service }: WireCall): Promise<void> {
    for (const [key, call] of known) {
      if (call.service !== service) continue;
      try {
        const output = await wire.perform(call);
        past.set(key, [...(past.get(key) ?? []), { at: clock.now(), output }]);
      } catch {
        // The object no longer exists: there is no stale answer.
        past.delete(key);
      }
    }
  }
}

function isWrite({ operation }: WireCall): boolean {
  return /^(Put|Create|Update|Delete|Stop|Start|Set)/.test(operation);
}

function keyOf({ service, operation, input }: WireCall): string {
  return `${service}:${operation}:${JSON.stringify(input)}`;
}
