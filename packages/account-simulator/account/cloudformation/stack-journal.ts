import type { ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { Stack, StackResource } from './stack.ts';

/** An event for the bus; the bus adds id, time, account and Region. */
export interface EmittedStackEvent {
  readonly source: 'aws.cloudformation';
  readonly detailType: 'CloudFormation Stack Status Change';
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Keeps the records of stacks: status, stack events, and events on the bus. */
export class StackJournal {
  readonly clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #emit: (event: EmittedStackEvent) => void;

  constructor(clock: VirtualClock, random: SeededRandom, emit: (event: EmittedStackEvent) => void) {
    this.clock = clock;
    this.#random = random;
    this.#emit = emit;
  }

  /** Gives a stack a new status, as a stack event and as an event on the bus. */
  setStatus(stack: Stack, status: StackStatus, reason?: string): void {
    stack.status = status;
    stack.reason = reason;
    this.recordStack(stack);
    this.#emit({
      source: 'aws.cloudformation',
      detailType: 'CloudFormation Stack Status Change',
      resources: [stack.id],
      detail: {
        'stack-id': stack.id,
        'status-details': { status, 'status-reason': reason ?? '' },
        'client-request-token': stack.token ?? '',
      },
    });
  }

  /** Adds the stack's own status to its events, without an event on the bus. */
  recordStack(stack: Stack): void {
    stack.events.push({
      EventId: this.#random.uuid(),
      ...this.#common(stack),
      LogicalResourceId: stack.name,
      PhysicalResourceId: stack.id,
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: stack.status as ResourceStatus,
      ...(stack.reason !== undefined && { ResourceStatusReason: stack.reason }),
    });
  }

  /** Replaces a resource's record and adds its status to the stack's events. */
  setResource(
    stack: Stack,
    resource: StackResource,
    status: ResourceStatus,
    change: { readonly reason?: string | undefined } & Partial<StackResource> = {},
  ): StackResource {
    const updatedAt = this.clock.now();
    const replaced = { ...resource, ...change, status, reason: change.reason, updatedAt };
    if (status === 'DELETE_COMPLETE' || status === 'DELETE_SKIPPED')
      stack.resources.delete(resource.logicalId);
    else stack.resources.set(resource.logicalId, replaced);
    stack.events.push({
      EventId: `${resource.logicalId}-${status}-${this.#random.hex(8)}`,
      ...this.#common(stack),
      LogicalResourceId: resource.logicalId,
      PhysicalResourceId: replaced.physicalId,
      ResourceType: resource.type,
      ResourceStatus: status,
      ...(replaced.reason !== undefined && { ResourceStatusReason: replaced.reason }),
    });
    return replaced;
  }

  #common(stack: Stack) {
    return {
      StackId: stack.id,
      StackName: stack.name,
      Timestamp: new Date(this.clock.now()),
      ...(stack.token !== undefined && { ClientRequestToken: stack.token }),
    };
  }
}
