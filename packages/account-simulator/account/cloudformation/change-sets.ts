import type {
  CreateChangeSetCommandInput,
  DeleteChangeSetCommandInput,
  DescribeChangeSetCommandInput,
  ExecuteChangeSetCommandInput,
  ListChangeSetsCommandInput,
} from '@aws-sdk/client-cloudformation';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type Operations } from '../service.ts';
import { type ChangeSet, changeSetShape, changeSetSummary, executionStatus } from './change-set.ts';
import { unsupported, validationError } from './cloudformation-errors.ts';
import type { Stack, StackDefinition } from './stack.ts';
import { checkCapabilities } from './stack-definition.ts';
import { checkToken, type StackRegistry } from './stack-registry.ts';
import { page } from './stack-shapes.ts';
import { hasChanges, templateChanges } from './template-changes.ts';
import { type ReadTemplate, templateText } from './template-text.ts';

/** The services and checks that {@link ChangeSets} uses. */
export interface ChangeSetsOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly registry: StackRegistry;
  readonly readTemplate: ReadTemplate | undefined;
  /** @throws ValidationError where a stack cannot be updated now */
  readonly checkUpdatable: (stack: Stack, disableRollback: boolean) => void;
  /** @throws ValidationError for a deleted service role */
  readonly checkRole: (arn: string | undefined) => void;
  /** Starts the update of a stack. */
  readonly update: (
    stack: Stack,
    definition: StackDefinition,
    token: string | undefined,
    choices: UpdateChoices,
  ) => void;
}

/** Options for an update that fails. */
export interface UpdateChoices {
  readonly disableRollback?: boolean | undefined;
  readonly retainExceptOnCreate?: boolean | undefined;
}

/** Time that a change set waits and time that its creation takes, ms. Not documented: seconds are usual. */
const PENDING_MS = [300, 1000] as const;
const CREATION_MS = [2000, 7000] as const;

/** Members of `CreateChangeSet` that would change the result and are not simulated. */
const UNSUPPORTED_MEMBERS = [
  'ResourceTypes',
  'ResourcesToImport',
  'ImportExistingResources',
  'IncludeNestedStacks',
  'OnStackFailure',
  'DeploymentMode',
] as const;

/**
 * The change sets of the account: the changes of an update, computed from the templates, and the update itself.
 *
 * Source: API reference of the operations; user guide, "Update CloudFormation stacks using change sets". Executing a change
 * set deletes it and makes the other change sets of its stack obsolete.
 */
export class ChangeSets {
  readonly #options: ChangeSetsOptions;
  readonly #byId = new Map<string, ChangeSet>();
  /** Stacks of executed change sets, by the change set's id. */
  readonly #executed = new Map<string, Stack>();

  constructor(options: ChangeSetsOptions) {
    this.#options = options;
  }

  readonly operations = {
    CreateChangeSet: async (input: CreateChangeSetCommandInput) => {
      for (const member of UNSUPPORTED_MEMBERS) if (input[member]) throw unsupported(member);
      if ((input.ChangeSetType ?? 'UPDATE') !== 'UPDATE') {
        throw unsupported(`change sets of type ${input.ChangeSetType}`);
      }
      const stack = this.#options.registry.find(input.StackName);
      const name = checkName(input.ChangeSetName);
      checkToken(undefined, input.ClientToken);
      const text = await templateText(input, stack.stable.definition.text, this.#options.readTemplate);
      const existing = this.#of(stack).find((changeSet) => changeSet.name === name);
      if (existing) {
        if (input.ClientToken !== undefined && existing.token === input.ClientToken) {
          return { Id: existing.id, StackId: stack.id };
        }
        throw new AwsError('AlreadyExistsException', `ChangeSet ${name} already exists`);
      }
      this.#options.checkUpdatable(stack, true);
      this.#options.checkRole(input.RoleARN ?? stack.stable.definition.roleArn);
      return { Id: this.#create(stack, name, text, input).id, StackId: stack.id };
    },
    DescribeChangeSet: ({ ChangeSetName, StackName, NextToken }: DescribeChangeSetCommandInput) =>
      changeSetShape(this.find(ChangeSetName, StackName), NextToken),
    ExecuteChangeSet: (input: ExecuteChangeSetCommandInput) => {
      const { ChangeSetName, StackName, ClientRequestToken: token } = input;
      const { DisableRollback: disableRollback = false, RetainExceptOnCreate: retainExceptOnCreate } = input;
      checkToken(this.stackOf(ChangeSetName, StackName), token);
      const changeSet = this.find(ChangeSetName, StackName);
      const { id, stack, status, definition } = changeSet;
      if (!definition || status !== 'CREATE_COMPLETE') {
        throw notExecutable(`ChangeSet [${id}] cannot be executed in its current status of [${status}]`);
      }
      const execution = executionStatus(changeSet);
      if (execution !== 'AVAILABLE') {
        throw notExecutable(
          `ChangeSet [${id}] cannot be executed in its current execution status of [${execution}]`,
        );
      }
      this.#options.checkUpdatable(stack, disableRollback);
      this.#byId.delete(id);
      this.#executed.set(id, stack);
      this.#options.update(stack, definition, token, { disableRollback, retainExceptOnCreate });
      return {};
    },
    DeleteChangeSet: ({ ChangeSetName, StackName }: DeleteChangeSetCommandInput) => {
      const stack = this.stackOf(ChangeSetName, StackName);
      const changeSet = this.#lookUp(ChangeSetName, stack);
      if (changeSet) this.#byId.delete(changeSet.id);
      return {};
    },
    ListChangeSets: ({ StackName, NextToken }: ListChangeSetsCommandInput) => {
      const { items, next } = page(this.#of(this.#options.registry.find(StackName)), NextToken);
      return { Summaries: items.map(changeSetSummary), ...next };
    },
  } satisfies Operations;

  /** A change set by its id, or by its name and stack. @throws ChangeSetNotFoundException, ValidationError */
  find(nameOrId: string | undefined, stackName: string | undefined): ChangeSet {
    const found = this.#lookUp(nameOrId, this.stackOf(nameOrId, stackName));
    if (found) return found;
    throw new AwsError('ChangeSetNotFoundException', `ChangeSet [${nameOrId}] does not exist`, 404);
  }

  #create(stack: Stack, name: string, text: string, input: CreateChangeSetCommandInput): ChangeSet {
    const { clock, random, registry } = this.#options;
    const previous = stack.stable.definition;
    const { definition, failure } = this.#define(stack, text, input);
    const changeSet: ChangeSet = {
      id: `${stack.id.replace(/:stack\/.*/, `:changeSet/${name}`)}/${random.uuid()}`,
      name,
      stack,
      description: input.Description,
      createdAt: clock.now(),
      token: input.ClientToken,
      definition,
      basis: stack.lastOperations[0]?.OperationId,
      status: 'CREATE_PENDING',
      reason: undefined,
      changes: [],
    };
    if (definition) registry.checkTypes(stack, definition);
    const changes = definition ? templateChanges(stack, previous, definition) : [];
    this.#byId.set(changeSet.id, changeSet);
    clock.after(random.integer(...PENDING_MS), () => {
      changeSet.status = 'CREATE_IN_PROGRESS';
      clock.after(random.integer(...CREATION_MS), () => {
        if (!definition) changeSet.reason = failure;
        else if (!hasChanges(changes, previous, definition)) changeSet.reason = withoutChanges(definition);
        else changeSet.changes = changes;
        changeSet.status = changeSet.reason === undefined ? 'CREATE_COMPLETE' : 'FAILED';
      });
    });
    return changeSet;
  }

  /** An error in expanding a transform fails the change set; any other error fails the request. */
  #define(stack: Stack, text: string, input: CreateChangeSetCommandInput) {
    const { registry } = this.#options;
    const template = registry.parse(text);
    try {
      const definition = registry.define(
        stack.id,
        stack.name,
        template,
        text,
        input,
        stack.stable.definition,
      );
      checkCapabilities(definition, false);
      return { definition };
    } catch (error) {
      const isLater =
        error instanceof AwsError &&
        (error.message.startsWith('Transform ') ||
          (template.Transform !== undefined && error.name === 'InsufficientCapabilitiesException'));
      if (!isLater) throw error;
      return { failure: error.message };
    }
  }

  #of(stack: Stack): ChangeSet[] {
    return [...this.#byId.values()].filter((changeSet) => changeSet.stack === stack);
  }

  #lookUp(nameOrId: string | undefined, stack: Stack | undefined): ChangeSet | undefined {
    const byId = this.#byId.get(nameOrId ?? '');
    if (byId) return byId;
    return stack && this.#of(stack).find(({ name }) => name === nameOrId);
  }

  /** The stack of a change set, executed ones included. @throws ValidationError for a name without a stack */
  stackOf(nameOrId: string | undefined, stackName: string | undefined): Stack | undefined {
    if (stackName !== undefined) return this.#options.registry.find(stackName);
    const id = nameOrId ?? '';
    if (!id.startsWith('arn:')) {
      throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
    }
    return this.#byId.get(id)?.stack ?? this.#executed.get(id);
  }
}

/** AWS's own words, by which `sam deploy` and the AWS CLI recognise an empty change set. */
function withoutChanges({ hasTransform }: StackDefinition): string {
  return hasTransform
    ? 'No updates are to be performed.'
    : "The submitted information didn't contain changes. Submit different information to create a change set.";
}

function checkName(name: string | undefined): string {
  if (name !== undefined && /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name)) return name;
  throw validationError(
    `1 validation error detected: Value '${name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
  );
}

function notExecutable(message: string): AwsError {
  return new AwsError('InvalidChangeSetStatusException', message);
}
