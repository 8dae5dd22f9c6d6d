import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { eventState } from 'account-simulator/account/eventbridge/event-state.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import { underWay } from '../faults/service-trouble.ts';
import type { Timeline } from '../report/timeline.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { CallFault, EventFault } from '../scenario/scenario-fault.ts';
import { notOneOf, ScenarioError } from '../scenario/scenario-problem.ts';

/** Applies the scenario's faults to the account; the timeline records each strike. */
export function applyFaults(scenario: Scenario, account: SimulatedAccount, timeline: Timeline): void {
  const { events, calls, stacks } = scenario.faults;
  refuseUnknownCalls(scenario, account);
  for (const [index, fault] of events.entries()) disturbEvents(fault, index, account, timeline);
  for (const fault of calls) disturbCalls(fault, account, timeline);
  for (const { service, resource, fails, reason, times, from, mendedAt } of stacks) {
    const stack = scenario.services.find((entry) => entry.service === service)?.stack ?? '';
    const order = fails === 'update' ? 'failUpdateOf' : 'failRollbackOf';
    const apply = () =>
      account.cloudFormation[order](
        stack,
        resource,
        reason,
        times === 'always' ? Number.POSITIVE_INFINITY : times,
      );
    const at = (time: number, act: () => void) =>
      account.clock.after(Date.parse(scenario.start) + time - account.clock.now(), act);
    if (from === undefined) apply();
    else at(from, apply);
    if (mendedAt !== undefined) at(mendedAt, () => account.cloudFormation.mend(stack, resource));
  }
}

/** A fault on a call that does not exist would strike nothing. @throws ScenarioError */
function refuseUnknownCalls({ name, faults }: Scenario, { wire }: SimulatedAccount): void {
  const known = wire.operations();
  const problems = faults.calls.flatMap(({ service, operation }, index) => {
    const operations = known.get(service);
    const path = `faults.calls.${index}`;
    if (!operations) {
      const reason = notOneOf('a service of the account', service, [...known.keys()]);
      return { path: `${path}.service`, reason };
    }
    if (operations.includes(operation)) return [];
    return {
      path: `${path}.operation`,
      reason: notOneOf(`an operation of ${service}`, operation, operations),
    };
  });
  if (problems.length > 0) throw new ScenarioError(`${name}.yaml`, problems);
}

function disturbEvents(fault: EventFault, index: number, account: SimulatedAccount, timeline: Timeline) {
  const random = account.random.fork(`faults/events/${index}`);
  account.eventBridge.interceptDelivery((event, rule, deliver) => {
    const state = eventState(event);
    const matches = event.source === fault.source && (fault.state === undefined || fault.state === state);
    if (!matches || !random.chance(fault.chance)) return deliver();
    const what = `${event.source} ${state ?? event['detail-type']} on its way to ${rule.name}`;
    switch (fault.act) {
      case 'lose':
        timeline.add('fault', `event lost: ${what}`);
        return;
      case 'duplicate':
        timeline.add('fault', `event delivered ${fault.copies} times: ${what}`);
        for (let copy = 0; copy < fault.copies; copy += 1) {
          deliver(copy === 0 ? 0 : Math.round(random.uniform() * fault.by));
        }
        return;
      case 'delay':
        timeline.add('fault', `event delayed by ${fault.by / 1000} s: ${what}`);
        return deliver(fault.by);
      case 'disorder': {
        const delay = Math.round(random.uniform() * fault.by);
        timeline.add('fault', `event delayed by ${(delay / 1000).toFixed(1)} s: ${what}`);
        return deliver(delay);
      }
    }
  });
}

function disturbCalls(fault: CallFault, account: SimulatedAccount, timeline: Timeline): void {
  let left = fault.times;
  account.wire.use(async ({ service, operation, caller }, next) => {
    // Only the coordinator's own calls: its functions and machines carry their logical id.
    const strikes =
      left > 0 && caller.resource !== undefined && service === fault.service && operation === fault.operation;
    if (!strikes) return next();
    left -= 1;
    timeline.add('fault', `${fault.act}: ${service}:${operation} of ${caller.resource}`);
    if (fault.act === 'throttle') throw throttled(service);
    if (fault.act === 'under-way') throw underWay(service);
    if (fault.act === 'fail-after-effect') await next();
    throw new AwsError('InternalFailure', 'The rehearsal lets this call fail.', 500);
  });
}

function throttled(service: string): AwsError {
  const message = 'Rate exceeded';
  if (service === 'lambda') return new AwsError('TooManyRequestsException', message, 429);
  if (service === 's3') return new AwsError('SlowDown', message, 503);
  if (service === 'dynamodb') return new AwsError('ProvisionedThroughputExceededException', message, 400);
  return new AwsError('ThrottlingException', message, 400);
}
