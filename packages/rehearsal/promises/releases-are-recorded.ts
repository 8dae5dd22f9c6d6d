import { isStackToken } from '../../../shared/targets/rollback-marker.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * Every release of a stack is in the ledger: for each completed update by another actor whose event the coordinator
 * received, an execution records it; and if that execution succeeded, the ledger has the release, unless the stack has been
 * updated again or the service rolled back meanwhile.
 */
export const releasesAreRecorded: PromiseCheck = {
  promise: 'releases-are-recorded',
  watch(facts, broken) {
    const heard = new Set<string>();
    facts.account.lambdaRuntime.intercept(async ({ logicalId, payload }, next) => {
      const result = await next();
      if (logicalId === 'StartRecordingFunction') heard.add((JSON.parse(payload) as { id: string }).id);
      return result;
    });
    const updates: { readonly at: number; readonly stack: string; readonly ours: boolean }[] = [];
    facts.account.cloudFormation.onUpdate(({ at, stack, token }) => {
      updates.push({ at, stack, ours: isStackToken(token ?? '') });
    });
    return () => {
      const executions = new Map(facts.executions('RecordRelease').map((one) => [one.name, one]));
      for (const { id, stack, at } of completedUpdates(facts)) {
        const service = facts.scenario.services.find((one) => one.stack === stack)?.service;
        if (!service || !facts.isManaged(service) || !heard.has(id)) continue;
        if (facts.delivered.catalogOf(service) >= at) continue;
        const execution = executions.get(`${service}-${id}`);
        const what = `the update of ${stack} that completed ${facts.clock(at)}`;
        if (!execution) broken(`nobody recorded ${what}`);
        if (execution?.status !== 'SUCCEEDED') continue;
        // An update of ours may have begun in the second in which theirs completed.
        const began = updates.findLast((one) => one.stack === stack && !one.ours && one.at <= at)?.at ?? at;
        const until = execution.stopDate ?? at;
        if (updates.some((one) => one.stack === stack && one.at > began && one.at <= until)) continue;
        if (!isInLedger(facts, service, began)) broken(`${what} is not in the ledger`);
      }
    };
  },
};

/** Updates by other actors that reached UPDATE_COMPLETE; times are those of events, to the second. */
function completedUpdates({ account }: RunFacts): { id: string; stack: string; at: number }[] {
  return account.eventBridge.history().flatMap(({ id, source, time, detail }) => {
    if (source !== 'aws.cloudformation') return [];
    const {
      'stack-id': stackId,
      'status-details': { status },
      'client-request-token': token,
    } = detail as {
      'stack-id': string;
      'status-details': { status: string };
      'client-request-token': string;
    };
    if (status !== 'UPDATE_COMPLETE' || isStackToken(token)) return [];
    return [{ id, stack: stackId.split('/')[1] ?? '', at: Date.parse(time) + 999 }];
  });
}

/** The update's release, a release that a deployment of it opened at a later time, or a newer one. */
function isInLedger({ ledger }: RunFacts, service: string, began: number): boolean {
  return ledger.releases(service).some(({ startedAt }) => Date.parse(startedAt) >= began);
}
