import { ProcessDied } from 'account-simulator/account/lambda-runtime/invocation.ts';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { hasCome } from './moment.ts';
import { strikeCounter } from './strike-counter.ts';

/** Ends the process of a function without an answer, before or after its handler ran. */
export function killProcesses(fault: FaultOf<'process-dies'>, site: FaultSite): void {
  const counted = strikeCounter(fault);
  const begun = hasCome(fault.since, site);
  site.coordinator.account.lambdaRuntime.intercept(async ({ logicalId }, next) => {
    const isMeant = fault.function === undefined || fault.function === logicalId;
    if (!isMeant || !begun() || !counted()) return next();
    site.strikes(fault, `the process of ${logicalId} dies ${fault.when} its effect`);
    if (fault.when === 'after') await next();
    throw new ProcessDied('killed by a fault');
  });
}

/** Sets the clock offset of functions. */
export function skewClocks(fault: FaultOf<'clock-skew'>, site: FaultSite): void {
  const parity = fault.processes === 'odd' ? 1 : 0;
  site.coordinator.account.lambdaRuntime.skewClocks((logicalId, process) => {
    const isOff =
      (fault.function === undefined || fault.function === logicalId) &&
      (fault.processes === 'all' || process % 2 === parity);
    if (!isOff) return 0;
    site.strikes(fault, `the clock of process ${process} of ${logicalId} is off by ${fault.ms} ms`);
    return fault.ms;
  });
}
