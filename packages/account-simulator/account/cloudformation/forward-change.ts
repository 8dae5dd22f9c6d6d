import type { SeededRandom } from '../../random/seeded-random.ts';
import { canonicalJson } from '../template/canonical-json.ts';
import { dependenciesOf } from '../template/references.ts';
import { ownName } from './physical-name.ts';
import { requiresRecreation } from './requires-recreation.ts';
import type { ResourceProvider } from './resource-provider.ts';
import { ResourceWork } from './resource-work.ts';
import { type ResourceFault, type Stack, type StackDefinition, type StackResource, strike } from './stack.ts';
import type { StackJournal } from './stack-journal.ts';
import { deniedBy } from './stack-policy.ts';
import { resolveResource } from './stack-scope.ts';

/** The stack, target and callbacks of a {@link ForwardChange}. */
export interface ForwardChangeOptions {
  readonly stack: Stack;
  readonly definition: StackDefinition;
  readonly journal: StackJournal;
  readonly random: SeededRandom;
  readonly provider: (type: string) => ResourceProvider;
  /** True when the rest is undone after a failure: running changes are then cancelled; otherwise they may finish. */
  readonly rollsBack: boolean;
  readonly onComplete: () => void;
  /** Called once no change is running any longer, with the logical ids of the resources that failed by themselves. */
  readonly onFailure: (failed: readonly string[]) => void;
}

/**
 * Brings a stack's resources to a definition: each as soon as its dependencies are complete, all others in parallel;
 * unchanged resources are left alone. Resources that the definition no longer has are not touched.
 */
export class ForwardChange {
  readonly #options: ForwardChangeOptions;
  readonly #waiting: Map<string, Set<string>>;
  readonly #running = new Map<string, { work: ResourceWork; updatePolicy: StackResource['updatePolicy'] }>();
  readonly #failed: string[] = [];
  #over = false;

  constructor(options: ForwardChangeOptions) {
    this.#options = options;
    this.#waiting = new Map(
      Object.entries(options.definition.resources).map(([id, resource]) => [id, dependenciesOf(resource)]),
    );
  }

  start(): void {
    this.#checkRemovals();
    this.#proceed();
  }

  /** Stops, and cancels all running changes; no callback is called after that. */
  cancel(): void {
    this.#over = true;
    this.#cancelRunning();
  }

  /** A stack policy can deny the removal of a resource, which fails the update before anything changes. */
  #checkRemovals(): void {
    const { stack, definition, journal } = this.#options;
    for (const resource of [...stack.resources.values()]) {
      if (resource.logicalId in definition.resources) continue;
      const reason = deniedByPolicy(stack, resource, 'Update:Delete', true);
      if (reason === undefined) continue;
      journal.setResource(stack, resource, 'UPDATE_FAILED', { reason });
      this.#failed.push(resource.logicalId);
    }
  }

  #proceed(): void {
    // Starting an unchanged resource completes it at once, which may free others: repeat until nothing starts.
    for (let moved = true; moved && !this.#over && this.#failed.length === 0; ) {
      moved = false;
      for (const [logicalId, needs] of this.#waiting) {
        if ([...needs].some((need) => this.#waiting.has(need) || this.#running.has(need))) continue;
        this.#waiting.delete(logicalId);
        this.#begin(logicalId);
        moved = true;
      }
    }
    if (this.#over || this.#running.size > 0) return;
    if (this.#failed.length > 0) {
      this.#over = true;
      this.#options.onFailure(this.#failed);
    } else if (this.#waiting.size === 0) {
      this.#over = true;
      this.#options.onComplete();
    }
  }

  #begin(logicalId: string): void {
    const { stack, definition, journal, random, provider } = this.#options;
    const declaration = definition.resources[logicalId];
    if (!declaration) return;
    const { properties, updatePolicy } = resolveResource(stack, declaration);
    const existing = stack.resources.get(logicalId);
    const { DeletionPolicy: deletionPolicy, UpdateReplacePolicy: updateReplacePolicy } = declaration;
    const policies = { deletionPolicy, updateReplacePolicy };
    const from = existing?.physicalId ? existing : undefined;
    if (from && !from.dirty && canonicalJson(from.properties) === canonicalJson(properties)) {
      // Policies are no properties: a change of policies alone is not visible, and applies from now on.
      stack.resources.set(logicalId, { ...from, updatePolicy, ...policies });
      return;
    }
    const record: StackResource = {
      logicalId,
      type: declaration.Type,
      physicalId: from?.physicalId ?? '',
      properties: from?.properties ?? properties,
      attributes: from?.attributes ?? {},
      updatePolicy: from?.updatePolicy ?? updatePolicy,
      ...policies,
      status: from ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS',
      reason: undefined,
      updatedAt: journal.clock.now(),
      dirty: true,
    };
    const verb = from ? 'UPDATE' : 'CREATE';
    journal.setResource(stack, record, `${verb}_IN_PROGRESS`);
    const change = { stack, logicalId, type: declaration.Type, properties, updatePolicy, rollingBack: false };
    const replaces = from !== undefined && isReplaced(from, properties);
    const fault =
      because(
        deniedByPolicy(stack, record, replaces ? 'Update:Replace' : 'Update:Modify', from !== undefined),
      ) ??
      strike(stack, 'update', logicalId) ??
      because(replaces ? takenName(from, properties) : undefined);
    const work = new ResourceWork(
      journal.clock,
      random,
      provider(declaration.Type),
      change,
      replaces ? undefined : from,
      fault,
      (result) => {
        this.#running.delete(logicalId);
        if (result.ok) {
          if (replaces) stack.replaced = [...stack.replaced, from];
          const { physicalId = record.physicalId, attributes = record.attributes } = result.created ?? {};
          journal.setResource(stack, record, `${verb}_COMPLETE`, {
            physicalId,
            attributes,
            properties,
            updatePolicy,
            dirty: false,
          });
        } else {
          // A failed change stays on record with its deployment group, which the rollback needs.
          journal.setResource(stack, record, `${verb}_FAILED`, { reason: result.reason, updatePolicy });
          this.#failed.push(logicalId);
          if (this.#options.rollsBack) this.#cancelRunning();
        }
        this.#proceed();
      },
    );
    this.#running.set(logicalId, { work, updatePolicy });
  }

  #cancelRunning(): void {
    const { stack, journal } = this.#options;
    for (const [logicalId, { work, updatePolicy }] of this.#running) {
      work.cancel();
      const resource = stack.resources.get(logicalId) as StackResource;
      const updating = resource.status === 'UPDATE_IN_PROGRESS';
      journal.setResource(stack, resource, updating ? 'UPDATE_FAILED' : 'CREATE_FAILED', {
        reason: updating ? 'Resource update cancelled' : 'Resource creation cancelled',
        updatePolicy,
      });
    }
    this.#running.clear();
  }
}

function because(reason: string | undefined): ResourceFault | undefined {
  return reason === undefined ? undefined : { reason };
}

function deniedByPolicy(
  stack: Stack,
  resource: StackResource,
  action: 'Update:Modify' | 'Update:Replace' | 'Update:Delete',
  exists: boolean,
): string | undefined {
  const policy = stack.policyDuringUpdate ?? stack.policy;
  // A policy does not protect a new resource.
  return exists && policy !== undefined ? deniedBy(policy, action, resource) : undefined;
}

/** Whether a change of properties replaces the resource. */
function isReplaced(
  { type, properties: before }: StackResource,
  after: StackResource['properties'],
): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].some(
    (name) =>
      requiresRecreation(type, name) === 'Always' &&
      canonicalJson(before[name]) !== canonicalJson(after[name]),
  );
}

/** The refusal where a replacement would have the name of its predecessor: two resources cannot share a name. */
function takenName(
  { type, properties: before }: StackResource,
  after: StackResource['properties'],
): string | undefined {
  const name = ownName(type, after);
  if (name === undefined || name !== ownName(type, before)) return undefined;
  return `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`;
}
