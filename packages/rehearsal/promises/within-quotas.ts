import { AWS_LIMITS } from 'account-simulator/asl/limits.ts';
import type { PromiseCheck } from './promise.ts';

/**
 * At most 25,000 events and 256 KiB everywhere: no execution, state, mail or ledger item reaches a quota, not even one whose
 * error is caught.
 */
export const withinQuotas: PromiseCheck = {
  promise: 'within-quotas',
  watch(facts, broken) {
    const { engine, account } = facts.coordinator;
    const say = (where: string, error: string | null | undefined, cause: string | null | undefined) => {
      const tooLarge = error === 'States.DataLimitExceeded';
      if (tooLarge || cause?.includes('maximum number of history events')) {
        broken(`${where}: ${error}: ${cause ?? 'a payload over 256 KiB'}`);
      }
    };
    engine.onStatusChange(({ name, error, cause }) => say(name, error, cause));
    engine.onRouteTaken(({ executionArn, state, error }) =>
      say(`${state} of ${executionArn}`, error, undefined),
    );
    account.wire.onPerformed(({ call: { service, operation, caller, now }, refusal }) => {
      if (!refusal || caller.resource === undefined) return;
      if (!/too long|too large|size has exceeded|exceed(s|ed) (the )?maximum/i.test(refusal.message)) return;
      broken(`${facts.clock(now)} ${service}:${operation} of ${caller.resource}: ${refusal.message}`);
    });
    return () => {
      for (const { name, history, input, output = '' } of engine.executions()) {
        if (history.length > AWS_LIMITS.historyEvents) broken(`${name} has ${history.length} events`);
        const bytes = Math.max(Buffer.byteLength(input), Buffer.byteLength(output));
        if (bytes > AWS_LIMITS.payloadBytes) broken(`${name} has an input or output of ${bytes} bytes`);
      }
    };
  },
};
