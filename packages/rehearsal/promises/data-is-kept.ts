import type { DataHolder } from 'account-simulator/account/cloudformation/stored-data.ts';
import { isStackToken } from '../../../shared/targets/rollback-marker.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/** Calls after which CloudFormation may delete or replace resources of a stack. */
const stackOperations = new Set([
  'UpdateStack',
  'ExecuteChangeSet',
  'CancelUpdateStack',
  'RollbackStack',
  'ContinueUpdateRollback',
  'DeleteStack',
]);

/** Calls that delete or replace what was written. */
const dataOperations = /^(Delete|Put|Update|Batch|Transact|Purge)/;

/**
 * Data written since a release is never deleted or replaced by going back: no table, bucket or queue with something in
 * it is deleted by an operation on its stack that the coordinator began, and the coordinator writes to no table, bucket
 * or queue but its own.
 *
 * An update of the team's that fails is taken back by CloudFormation, with what it added, whoever let it fail: that is
 * the team's own operation.
 */
export const dataIsKept: PromiseCheck = {
  promise: 'data-is-kept',
  watch(facts, broken) {
    const { cloudFormation, wire } = facts.account;
    /** The latest operation that the coordinator began, by stack; none where somebody else's came after it. */
    const ours = new Map<string, string>();
    const own = [facts.coordinator.nameOf('LedgerTable'), facts.coordinator.nameOf('Bucket')];

    wire.onPerformed(({ call: { service, operation, input, caller, now }, refusal }) => {
      if (refusal) return;
      if (service === 'cloudformation' && stackOperations.has(operation)) {
        const stack = stackOf(facts, operation, input);
        if (caller.resource === undefined) ours.delete(stack);
        else ours.set(stack, `${operation} of ${caller.resource}`);
      }
      const store: string | undefined = input.TableName ?? input.Bucket;
      const isData = (service === 'dynamodb' || service === 's3') && dataOperations.test(operation);
      if (isData && caller.resource !== undefined && store !== undefined && !own.includes(store)) {
        broken(`${facts.clock(now)} ${service}:${operation} of ${caller.resource} on ${store}`);
      }
    });
    cloudFormation.onUpdate(({ stack, token }) => {
      if (!isStackToken(token)) ours.delete(stack);
    });
    cloudFormation.data.onDeleted((holder) => {
      const by = ours.get(holder.stack);
      if (by !== undefined && holder.writtenAt !== undefined) broken(lost(facts, holder, by));
    });
    return undefined;
  },
};

function stackOf(
  { account }: RunFacts,
  operation: string,
  { StackName, ChangeSetName }: { readonly StackName?: string; readonly ChangeSetName?: string },
): string {
  const named =
    operation === 'ExecuteChangeSet' && ChangeSetName !== undefined
      ? account.cloudFormation.stackOfChangeSet(ChangeSetName, StackName)
      : StackName;
  // An id is as good as a name.
  return named?.split('/')[1] ?? named ?? '';
}

function lost(facts: RunFacts, { stack, logicalId, type, writtenAt = 0 }: DataHolder, by: string): string {
  return `${logicalId} (${type}) of stack ${stack} was deleted with data from ${facts.clock(writtenAt)} on, by ${by}`;
}
