import type { SeededRandom } from '../../random/seeded-random.ts';
import { canonicalJson } from './canonical-json.ts';
import type { ResourceProvider } from './resource-provider.ts';
import { ResourceWork } from './resource-work.ts';
import { type Stack, type StackDefinition, type StackResource, strike } from './stack.ts';
import { dependenciesOf } from './stack-definition.ts';
import type { StackJournal } from './stack-journal.ts';
import { resolveResource } from './stack-scope.ts';

/** What {@link ForwardChange} works with. */
export interface ForwardChangeOptions {
  readonly stack: Stack;
  readonly definition: StackDefinition;
  readonly journal: StackJournal;
  readonly random: SeededRandom;
  readonly provider: (type: string) => ResourceProvider;
  /** True when the rest is undone after a failure: what is under way is then cancelled, else it may finish. */
  readonly rollsBack: boolean;
  readonly onComplete: () => void;
  /** Called once nothing is under way any more, with the logical ids that failed by themselves. */
  readonly onFailure: (failed: readonly string[]) => void;
}

/**
 * Brings a stack's resources to a definition: each as soon as all it depends on is done, all others in parallel;
 * what does not differ is left alone. Resources that the definition no longer has are not its business.
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
    this.#proceed();
  }

  /** Stops where it is, with everything under way cancelled; neither callback is called any more. */
  cancel(): void {
    this.#over = true;
    this.#cancelRunning();
  }

  #proceed(): void {
    // Starting an unchanged resource completes it at once, which may free others: look until nothing moves.
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
    const retain = declaration.DeletionPolicy === 'Retain';
    const from = existing?.physicalId ? existing : undefined;
    if (from && !from.dirty && canonicalJson(from.properties) === canonicalJson(properties)) {
      // Policies are no properties: a change of them alone shows nowhere, and counts from now on.
      stack.resources.set(logicalId, { ...from, updatePolicy, retain });
      return;
    }
    const record: StackResource = {
      logicalId,
      type: declaration.Type,
      physicalId: from?.physicalId ?? '',
      properties: from?.properties ?? properties,
      attributes: from?.attributes ?? {},
      updatePolicy: from?.updatePolicy ?? updatePolicy,
      retain,
      status: from ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS',
      reason: undefined,
      updatedAt: journal.clock.now(),
      dirty: true,
    };
    const verb = from ? 'UPDATE' : 'CREATE';
    journal.setResource(stack, record, `${verb}_IN_PROGRESS`);
    const change = { stack, logicalId, type: declaration.Type, properties, updatePolicy, rollingBack: false };
    const fault = strike(stack, 'update', logicalId);
    const work = new ResourceWork(
      journal.clock,
      random,
      provider(declaration.Type),
      change,
      from,
      fault,
      (result) => {
        this.#running.delete(logicalId);
        if (result.ok) {
          const { physicalId = record.physicalId, attributes = record.attributes } = result.created ?? {};
          journal.setResource(stack, record, `${verb}_COMPLETE`, {
            physicalId,
            attributes,
            properties,
            updatePolicy,
            dirty: false,
          });
        } else {
          // What was tried stays on record with the group it was tried through, for the rollback to look at.
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
