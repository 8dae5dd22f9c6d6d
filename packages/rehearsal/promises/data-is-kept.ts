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

/** Calls that delete or replace stored data. */
const dataOperations = /^(Delete|Put|Update|Batch|Transact|Purge)/;

/**
 * A rollback never deletes or replaces data written since a release: no table, bucket or queue with data in it is deleted by
 * an operation that the coordinator began on its stack, and the coordinator writes to no table, bucket or queue but its own.
 *
 * If an update of the team's fails, CloudFormation removes the resources that it added, whatever made it fail: that is the
 * team's own operation.
 */
export const dataIsKept: PromiseCheck = {
  promise: 'data-is-kept',
  watch(facts, broken) {
    const { cloudFormation, wire } = facts.account;
    /** The coordinator's latest operation, by stack; none if another actor's operation followed it. */
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
  // The id works like the name.
  return named?.split('/')[1] ?? named ?? '';
}

function lost(facts: RunFacts, { stack, logicalId, type, writtenAt = 0 }: DataHolder, by: string): string {
  return `${logicalId} (${type}) of stack ${stack} was deleted with data from ${facts.clock(writtenAt)} on, by ${by}`;
}
