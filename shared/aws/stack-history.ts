import type { StackEvent } from '@aws-sdk/client-cloudformation';

/** A resource that could not be changed or restored, and the reason. */
export interface FailedResource {
  readonly resource: string;
  readonly reason: string;
}

/** A resource that an update created. */
export interface CreatedResource {
  readonly resource: string;
  readonly type: string;
}

/** The latest update of a stack and its consequences, from the stack's events. */
export interface StackHistory {
  /** Client request token of the update; undefined if it had none. Its rollback may carry another. */
  readonly token: string | undefined;
  /** Start of the update, ms since the epoch; undefined if the stack's events do not go back so far. */
  readonly beganAt: number | undefined;
  /** The stack's own latest status. */
  readonly status: string | undefined;
  /** Tokens of every operation since the update began, including the update's own. */
  readonly tokens: ReadonlySet<string>;
  /** Resources that failed by themselves; resources cancelled because of them are left out. */
  readonly failures: readonly FailedResource[];
  /** The stack's own reason for the first rollback since the update; undefined if none was given. */
  readonly rollbackReason: string | undefined;
  /** Resources that the update created, or replaced: its rollback deletes the new ones. */
  readonly created: readonly CreatedResource[];
  /** Resources that the latest rollback could not restore. */
  readonly notPutBack: readonly FailedResource[];
}

/** The operation of a stack at a moment. */
export interface StackActivity {
  /** The stack's own latest status at that moment. */
  readonly status: string;
  /** Client request token of the operation with this status. */
  readonly token: string | undefined;
}

/** Whether an event is the beginning of an update, or of the stack's creation. */
export function isBeginning(event: StackEvent): boolean {
  const { ResourceStatus: status } = event;
  return isOfStack(event) && (status === 'UPDATE_IN_PROGRESS' || status === 'CREATE_IN_PROGRESS');
}

/**
 * Reads the latest update from the events of a stack.
 *
 * @param newestFirst from the newest event back to the {@link isBeginning beginning} of an update, as far as there is one
 *   (CloudFormation API reference, DescribeStackEvents: reverse chronological)
 */
export function stackHistory(newestFirst: readonly StackEvent[]): StackHistory {
  const events = newestFirst.toReversed();
  const own = events.filter(isOfStack);
  const first = events[0];
  const began = first && isBeginning(first) ? first : undefined;
  const isRollback = ({ ResourceStatus: status }: StackEvent) => status === 'UPDATE_ROLLBACK_IN_PROGRESS';
  const firstRollback = events.findIndex((event) => isOfStack(event) && isRollback(event));
  const lastRollback = events.findLastIndex((event) => isOfStack(event) && isRollback(event));
  const untilRollback = firstRollback < 0 ? events : events.slice(0, firstRollback);
  return {
    token: began ? began.ClientRequestToken : own.at(-1)?.ClientRequestToken,
    beganAt: began?.Timestamp?.getTime(),
    status: own.at(-1)?.ResourceStatus,
    tokens: new Set(own.flatMap(({ ClientRequestToken: token }) => token ?? [])),
    failures: failed(untilRollback),
    rollbackReason: events[firstRollback]?.ResourceStatusReason,
    created: created(untilRollback),
    notPutBack: lastRollback < 0 ? [] : failed(events.slice(lastRollback)),
  };
}

/**
 * Whether an event reports the status of its own stack. Nested stacks are resources of the same type, with ids of their own.
 */
export function isOfStack({ PhysicalResourceId, StackId }: StackEvent): boolean {
  return PhysicalResourceId !== undefined && PhysicalResourceId === StackId;
}

/** CloudFormation's reason when it replaces a resource. */
const replacing = /^Requested update requires the creation of a new physical resource/;

function created(events: readonly StackEvent[]): CreatedResource[] {
  const found = new Map<string, string>();
  for (const event of events) {
    const { LogicalResourceId: resource = '', ResourceType: type = '', ResourceStatus: status } = event;
    if (isOfStack(event)) continue;
    const isReplaced = replacing.test(event.ResourceStatusReason ?? '');
    if (status === 'CREATE_COMPLETE' || isReplaced) found.set(resource, type);
  }
  return [...found].map(([resource, type]) => ({ resource, type }));
}

function failed(events: readonly StackEvent[]): FailedResource[] {
  const found = new Map<string, string>();
  for (const event of events) {
    const { LogicalResourceId: resource = '', ResourceStatus: status = '' } = event;
    const { ResourceStatusReason: reason = 'no reason given' } = event;
    if (isOfStack(event)) continue;
    if (status.endsWith('_FAILED') && !reason.endsWith(' cancelled')) found.set(resource, reason);
    else found.delete(resource);
  }
  return [...found].map(([resource, reason]) => ({ resource, reason }));
}
