import type { OperationType } from '@aws-sdk/client-cloudformation';
import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { AlarmsPort } from '../codedeploy/codedeploy-ports.ts';
import { inOrder } from '../template/references.ts';
import { validationError } from './cloudformation-errors.ts';
import { deleteResources } from './delete-resources.ts';
import { exportsOf } from './exports.ts';
import { ForwardChange } from './forward-change.ts';
import type { ResourceProvider } from './resource-provider.ts';
import { createdSince, replacementsOf, rollBackResources } from './roll-back-resources.ts';
import { failureAtBeginning, failureByAlarm } from './rollback-triggers.ts';
import type { Stack, StackDefinition, StackResource } from './stack.ts';
import type { StackJournal } from './stack-journal.ts';
import { resolveResource } from './stack-scope.ts';

/** The type, token and options of a stack operation. */
export interface OperationRequest {
  readonly type: OperationType;
  readonly token: string | undefined;
}

/** Other services that an operation depends on. */
export interface EnginePorts {
  /** Without the port, rollback triggers never fail an operation. */
  readonly alarms: AlarmsPort | undefined;
  /** Whether a rollback trigger that was in ALARM before an operation fails the operation. */
  readonly ringingTrigger: 'counts' | 'ignored';
  /** The reason why a stack cannot complete with its exports. */
  readonly exportsRefusal: (stack: Stack) => string | undefined;
}

/** Takes stacks through their states: create, update, cancel, roll back, continue a rollback. */
export class StackEngine {
  readonly #clock: VirtualClock;
  readonly #random: SeededRandom;
  readonly #journal: StackJournal;
  readonly #provider: (type: string) => ResourceProvider;
  /** The running change of a stack in CREATE_IN_PROGRESS or UPDATE_IN_PROGRESS. */
  readonly #changes = new Map<Stack, { cancel(): void }>();
  readonly #ports: EnginePorts;
  /** Called with a reason when a rollback trigger fails the running change of a stack. */
  readonly #triggered = new Map<Stack, (reason: string) => void>();

  constructor(
    journal: StackJournal,
    random: SeededRandom,
    provider: (type: string) => ResourceProvider,
    ports: EnginePorts,
  ) {
    this.#ports = ports;
    ports.alarms?.onChange((name, state) => {
      if (state !== 'ALARM') return;
      for (const [stack, fail] of [...this.#triggered]) {
        const reason = failureByAlarm(stack.definition.rollbackConfiguration, name);
        if (reason !== undefined) fail(reason);
      }
    });
    this.#clock = journal.clock;
    this.#random = random;
    this.#journal = journal;
    this.#provider = provider;
  }

  /** Starts creating or updating a stack. @returns the operation's id */
  change(
    stack: Stack,
    kind: 'CREATE' | 'UPDATE',
    definition: StackDefinition,
    token: string | undefined,
  ): string {
    const id = this.#begin(stack, { type: `${kind}_STACK`, token });
    stack.definition = definition;
    stack.replaced = [];
    if (kind === 'UPDATE') stack.updatedAt = this.#clock.now();
    const rollsBack = !stack.disableRollback;
    let monitoring: Timer | undefined;
    const over = (): void => {
      this.#changes.delete(stack);
      this.#triggered.delete(stack);
    };
    const fail = (reason: string): void => {
      over();
      if (!rollsBack) this.#journal.setStatus(stack, `${kind}_FAILED`, reason);
      else if (kind === 'UPDATE') this.#rollBack(stack, reason);
      else this.#rollBackCreation(stack, reason);
    };
    const complete = (): void => {
      const refusal = this.#ports.exportsRefusal(stack);
      if (refusal !== undefined) {
        fail(refusal);
        return;
      }
      over();
      if (kind === 'CREATE') this.#rest(stack, 'CREATE_COMPLETE');
      else this.#cleanUp(stack);
    };
    const change = new ForwardChange({
      stack,
      definition,
      rollsBack,
      journal: this.#journal,
      random: this.#random,
      provider: this.#provider,
      onComplete: () => {
        const { MonitoringTimeInMinutes: minutes = 0 } = definition.rollbackConfiguration;
        if (minutes === 0) complete();
        else monitoring = this.#clock.after(minutes * 60_000, complete);
      },
      onFailure: () => fail(failureReason(stack)),
    });
    const cancel = (): void => {
      change.cancel();
      if (monitoring) this.#clock.cancel(monitoring);
      over();
    };
    this.#changes.set(stack, { cancel });
    this.#triggered.set(stack, (reason) => {
      cancel();
      fail(reason);
    });
    this.#journal.setStatus(stack, `${kind}_IN_PROGRESS`, 'User Initiated');
    this.#after(2, 6, () => {
      const { alarms } = this.#ports;
      const reason = alarms && failureAtBeginning(definition.rollbackConfiguration, alarms, this.#ports);
      if (reason === undefined) change.start();
      else this.#triggered.get(stack)?.(reason);
    });
    return id;
  }

  /** Creates a stack's resources at once, without any time passing and without events on the bus. */
  createAtOnce(stack: Stack): void {
    for (const logicalId of inOrder(stack.definition.resources)) {
      const declaration = stack.definition.resources[logicalId];
      if (!declaration) continue;
      const resolved = resolveResource(stack, declaration);
      const { Type: type } = declaration;
      const created = this.#provider(type).create({
        stack,
        logicalId,
        type,
        rollingBack: false,
        ...resolved,
      });
      stack.resources.set(logicalId, {
        logicalId,
        type,
        physicalId: created.physicalId,
        attributes: created.attributes ?? {},
        ...resolved,
        deletionPolicy: declaration.DeletionPolicy,
        updateReplacePolicy: declaration.UpdateReplacePolicy,
        status: 'CREATE_COMPLETE',
        reason: undefined,
        updatedAt: stack.createdAt,
        dirty: false,
      });
    }
    this.#settle(stack);
    stack.status = 'CREATE_COMPLETE';
    this.#journal.recordStack(stack);
  }

  /** Cancels the running update and rolls it back. */
  cancelUpdate(stack: Stack, token: string | undefined): void {
    this.#changes.get(stack)?.cancel();
    stack.token = token ?? stack.token;
    this.#rollBack(stack, 'User Initiated');
  }

  /** Rolls back an update that was left in UPDATE_FAILED. @returns the operation's id */
  rollBackStack(stack: Stack, token: string | undefined): string {
    const id = this.#begin(stack, { type: 'ROLLBACK', token });
    this.#rollBack(stack, 'User Initiated');
    return id;
  }

  /**
   * Continues a rollback that failed. Skipped resources count as restored in whatever state they are.
   *
   * @throws ValidationError for a resource that is not one of those the rollback failed on
   */
  continueRollback(stack: Stack, skip: readonly string[], token: string | undefined): void {
    for (const logicalId of skip) {
      const resource = stack.resources.get(logicalId);
      if (!resource) {
        throw validationError(
          `The resource ${logicalId} specified in ResourcesToSkip does not exist in the stack.`,
        );
      }
      if (resource.status !== 'UPDATE_FAILED') {
        throw validationError(
          `The resource ${logicalId} specified in ResourcesToSkip is not in the UPDATE_FAILED state.`,
        );
      }
    }
    this.#begin(stack, { type: 'CONTINUE_ROLLBACK', token });
    for (const logicalId of skip) {
      const before = stack.stable.resources.get(logicalId);
      if (before) {
        this.#journal.setResource(stack, before, 'UPDATE_COMPLETE', {
          reason: 'Resource update skipped by user request',
        });
      }
    }
    this.#rollBack(stack, 'User Initiated');
  }

  #begin(stack: Stack, { type, token }: OperationRequest): string {
    const id = this.#random.uuid();
    stack.token = token;
    if (token !== undefined) stack.tokens.add(token);
    stack.lastOperations.unshift({ OperationType: type, OperationId: id });
    return id;
  }

  #rollBack(stack: Stack, reason: string): void {
    this.#journal.setStatus(stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
    this.#after(2, 5, () => {
      const replacements = replacementsOf(stack);
      rollBackResources(stack, this.#journal, this.#random, this.#provider, (failed) => {
        if (failed.length > 0) {
          this.#journal.setStatus(stack, 'UPDATE_ROLLBACK_FAILED', failureReason(stack));
          return;
        }
        this.#journal.setStatus(stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
        stack.definition = stack.stable.definition;
        const created = [...createdSince(stack), ...replacements].map((one) => withoutException(stack, one));
        this.#delete(stack, created, () => this.#rest(stack, 'UPDATE_ROLLBACK_COMPLETE'));
      });
    });
  }

  #rollBackCreation(stack: Stack, reason: string): void {
    this.#journal.setStatus(stack, 'ROLLBACK_IN_PROGRESS', `${reason}Rollback requested by user.`);
    const created = createdSince(stack).map((one) => withoutException(stack, one));
    this.#delete(stack, created, () => this.#journal.setStatus(stack, 'ROLLBACK_COMPLETE'));
  }

  #cleanUp(stack: Stack): void {
    this.#journal.setStatus(stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    const removed = [...stack.resources.values()].filter(
      ({ logicalId }) => !(logicalId in stack.definition.resources),
    );
    // UpdateReplacePolicy decides over replaced resources.
    const replaced = stack.replaced.map((resource) => ({
      ...resource,
      deletionPolicy: resource.updateReplacePolicy,
    }));
    this.#delete(stack, [...removed, ...replaced], () => this.#rest(stack, 'UPDATE_COMPLETE'));
  }

  #delete(stack: Stack, resources: readonly StackResource[], then: () => void): void {
    this.#after(1, 3, () =>
      deleteResources(stack, resources, this.#journal, this.#random, this.#provider, then),
    );
  }

  /** Records the stack's state as stable: a later rollback returns to it. */
  #rest(stack: Stack, status: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE' | 'UPDATE_ROLLBACK_COMPLETE'): void {
    this.#settle(stack);
    this.#journal.setStatus(stack, status);
  }

  #settle(stack: Stack): void {
    stack.stable = { definition: stack.definition, resources: new Map(stack.resources) };
    stack.exports = exportsOf(stack, stack.definition);
  }

  #after(lowSeconds: number, highSeconds: number, callback: () => void): void {
    this.#clock.after(this.#random.integer(lowSeconds * 1000, highSeconds * 1000), callback);
  }
}

/** A resource that an operation created and now removes: RetainExceptOnCreate does not retain it. */
function withoutException(stack: Stack, resource: StackResource): StackResource {
  const isException = stack.retainExceptOnCreate || resource.deletionPolicy === 'RetainExceptOnCreate';
  return isException ? { ...resource, deletionPolicy: 'Delete' } : resource;
}

/** Names the resources that failed by themselves, without those cancelled because of them. */
function failureReason(stack: Stack): string {
  const failed = [...stack.resources.values()].filter(({ reason }) => !reason?.endsWith(' cancelled'));
  const sentence = (status: string, verb: string): string => {
    const ids = failed.filter((resource) => resource.status === status).map(({ logicalId }) => logicalId);
    return ids.length > 0 ? `The following resource(s) failed to ${verb}: [${ids.join(', ')}]. ` : '';
  };
  return sentence('CREATE_FAILED', 'create') + sentence('UPDATE_FAILED', 'update');
}
