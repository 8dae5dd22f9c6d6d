import { TransportError } from 'account-simulator/account/wire/transport-error.ts';
import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { hasCome } from './moment.ts';
import { failed, throttled } from './service-trouble.ts';
import { strikeCounter } from './strike-counter.ts';

type CallFault = FaultOf<'throttle' | 'fail-before' | 'fail-after' | 'lose-response' | 'slow'>;

/** Makes calls of the coordinator's functions and machines fail, as a network or a service in trouble would. */
export function disturbCalls(fault: CallFault, site: FaultSite): void {
  const { wire } = site.coordinator.account;
  const strikes = callStrikes(fault, site);
  if (fault.kind === 'throttle') throttleTasks(fault, strikes, site);
  wire.use(async (call, next) => {
    if (!strikes(call)) return next();
    site.strikes(fault, callInWords(call));
    switch (fault.kind) {
      case 'throttle':
        throw throttled(call.service);
      case 'fail-before':
        throw failed(call.service);
      case 'fail-after':
        await next();
        throw failed(call.service);
      case 'lose-response':
        await next();
        throw new TransportError('ECONNRESET');
      case 'slow': {
        const answer = await next();
        await site.clock.sleep(fault.ms);
        return answer;
      }
    }
  });
}

/**
 * The engine itself starts executions for a Task, past the wire. A Distributed Map whose children are throttled waits by
 * itself and starts them later, so that the machine sees no error.
 */
function throttleTasks(
  fault: FaultOf<'throttle'>,
  strikes: (call: StruckCall) => boolean,
  site: FaultSite,
): void {
  const maps = new Set<string>();
  site.coordinator.engine.onStateEntered(({ state, type }) => {
    if (type === 'Map') maps.add(state);
  });
  site.coordinator.account.authorizeTasks((action, _, caller) => {
    const call = { service: 'sfn', operation: 'StartExecution', caller };
    const isTask = action === 'states:StartExecution' && !maps.has(caller.state ?? '');
    if (!isTask || !strikes(call)) return;
    site.strikes(fault, callInWords(call));
    throw throttled(call.service);
  });
}

/** The parts of a call that decide whether it is struck. */
type StruckCall = Pick<WireCall, 'service' | 'operation' | 'caller'>;

/** Whether a fault on calls strikes this call. Only the coordinator's own calls are struck. */
export function callStrikes(
  fault: Pick<
    CallFault,
    'service' | 'operation' | 'caller' | 'state' | 'since' | 'skip' | 'times' | 'chance'
  >,
  site: FaultSite,
): (call: StruckCall) => boolean {
  const { service, operation, caller, state } = fault;
  const begun = hasCome(fault.since, site);
  const chance = site.random.fork(`faults/${JSON.stringify(fault)}`);
  const counted = strikeCounter({ ...fault, draw: () => chance.uniform() });
  return (call) =>
    call.caller.resource !== undefined &&
    (caller === undefined || caller === call.caller.resource) &&
    (state === undefined || state === call.caller.state) &&
    (service === undefined || service === call.service) &&
    (operation === undefined || operation === call.operation) &&
    begun() &&
    counted();
}

/** A call as the timeline names it. */
export function callInWords({ service, operation, caller }: StruckCall): string {
  return `${service}:${operation} of ${caller.resource}`;
}
