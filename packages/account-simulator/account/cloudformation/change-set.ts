import type {
  Change,
  ChangeSetStatus,
  ChangeSetSummary,
  DescribeChangeSetOutput,
  ExecutionStatus,
} from '@aws-sdk/client-cloudformation';
import type { Stack, StackDefinition } from './stack.ts';
import { page, parameterShapes } from './stack-shapes.ts';

/** A change set of a stack. Times in ms since the epoch. */
export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly description: string | undefined;
  readonly createdAt: number;
  /** The client token of its creation. */
  readonly token: string | undefined;
  /** The stack's definition after execution; `undefined` where the template could not be expanded. */
  readonly definition: StackDefinition | undefined;
  /** The last operation of the stack at the change set's creation: any later operation makes the change set obsolete. */
  readonly basis: string | undefined;
  status: ChangeSetStatus;
  reason: string | undefined;
  changes: readonly Change[];
}

/** Whether a change set can be executed. */
export function executionStatus({ status, basis, stack }: ChangeSet): ExecutionStatus {
  if (basis !== stack.lastOperations[0]?.OperationId) return 'OBSOLETE';
  return status === 'CREATE_COMPLETE' ? 'AVAILABLE' : 'UNAVAILABLE';
}

/** A change set as `DescribeChangeSet` shows it. */
export function changeSetShape(changeSet: ChangeSet, token: string | undefined): DescribeChangeSetOutput {
  const { definition } = changeSet;
  const { items, next } = page(changeSet.changes, token);
  return {
    ...common(changeSet),
    ...(definition && {
      Parameters: parameterShapes(definition),
      NotificationARNs: [...definition.notificationArns],
      RollbackConfiguration: definition.rollbackConfiguration,
      Capabilities: [...definition.capabilities] as NonNullable<DescribeChangeSetOutput['Capabilities']>,
      Tags: [...definition.tags],
    }),
    Changes: items,
    ...next,
  };
}

/** A change set as `ListChangeSets` shows it. */
export function changeSetSummary(changeSet: ChangeSet): ChangeSetSummary {
  return common(changeSet);
}

function common(changeSet: ChangeSet) {
  const { id, name, stack, description, createdAt, status, reason } = changeSet;
  return {
    ChangeSetId: id,
    ChangeSetName: name,
    StackId: stack.id,
    StackName: stack.name,
    ...(description !== undefined && { Description: description }),
    CreationTime: new Date(createdAt),
    Status: status,
    ...(reason !== undefined && { StatusReason: reason }),
    ExecutionStatus: executionStatus(changeSet),
    IncludeNestedStacks: false,
  };
}
