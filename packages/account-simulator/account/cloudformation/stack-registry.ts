import type { Parameter, RollbackConfiguration, Tag } from '@aws-sdk/client-cloudformation';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import { pseudoParameters } from '../template/scope.ts';
import { readTemplate, type Template } from '../template/template.ts';
import { noSuchStack, refusing, validationError } from './cloudformation-errors.ts';
import { allExports, checkImports } from './exports.ts';
import { rollbackConfiguration } from './rollback-triggers.ts';
import type { Stack, StackDefinition, StackResource } from './stack.ts';
import { defineStack } from './stack-definition.ts';
import { parameterValues, type StoredParameters } from './stack-parameters.ts';

/** The members of a request that define a stack, besides its template. */
export interface DefinitionRequest {
  readonly Parameters?: readonly Parameter[] | undefined;
  readonly Capabilities?: readonly string[] | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly RoleARN?: string | undefined;
  readonly NotificationARNs?: readonly string[] | undefined;
  readonly RollbackConfiguration?: RollbackConfiguration | undefined;
}

/** Number of parsed templates kept: a stack alternates between a few texts. */
const KEPT_TEMPLATES = 500;

/** The stacks of the account, by name and id; turns requests into definitions. */
export class StackRegistry {
  readonly #random: SeededRandom;
  readonly #account: string;
  readonly #region: string;
  readonly #storedParameters: StoredParameters;
  readonly #byName = new Map<string, Stack>();
  readonly #byId = new Map<string, Stack>();
  readonly #templates = new Map<string, Template>();

  constructor(
    random: SeededRandom,
    accountId: string,
    region: string,
    storedParameters: StoredParameters = { get: () => undefined, kept: true },
  ) {
    this.#storedParameters = storedParameters;
    this.#random = random;
    this.#account = accountId;
    this.#region = region;
  }

  /** Every stack, in the order of creation. */
  get stacks(): readonly Stack[] {
    return [...this.#byName.values()];
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** A definition from a request; omitted members stay as in `previous`. @throws ValidationError */
  define(
    id: string,
    name: string,
    template: Template,
    text: string,
    input: DefinitionRequest,
    previous: StackDefinition | undefined,
  ): StackDefinition {
    const definition = defineStack({
      text,
      template,
      parameters: parameterValues(
        template,
        input.Parameters ?? [],
        previous?.parameters ?? [],
        this.#storedParameters,
      ),
      capabilities: input.Capabilities ?? [],
      tags: input.Tags ?? previous?.tags ?? [],
      roleArn: input.RoleARN ?? previous?.roleArn,
      notificationArns: input.NotificationARNs ?? previous?.notificationArns ?? [],
      rollbackConfiguration: rollbackConfiguration(
        input.RollbackConfiguration,
        previous?.rollbackConfiguration,
      ),
      pseudo: pseudoParameters({
        accountId: this.#account,
        region: this.#region,
        partition: 'aws',
        stackName: name,
        stackId: id,
      }),
    });
    checkImports(definition, this.stacks);
    return definition;
  }

  /** A stack that is not registered yet; `define` is called with its id. */
  newStack(name: string, createdAt: number, define: (id: string) => StackDefinition): Stack {
    const id = `arn:aws:cloudformation:${this.#region}:${this.#account}:stack/${name}/${this.#random.uuid()}`;
    const definition = define(id);
    return {
      id,
      name,
      createdAt,
      updatedAt: undefined,
      status: 'CREATE_IN_PROGRESS',
      reason: undefined,
      definition,
      stable: { definition, resources: new Map() },
      resources: new Map(),
      events: [],
      tokens: new Set(),
      token: undefined,
      disableRollback: false,
      retainExceptOnCreate: false,
      replaced: [],
      exports: new Map(),
      importValue: (exported) => allExports(this.stacks).find(({ Name }) => Name === exported)?.Value,
      policy: undefined,
      policyDuringUpdate: undefined,
      lastOperations: [],
      faults: new Map(),
    };
  }

  /** Registers a stack, so that it can be found. */
  register(stack: Stack): void {
    this.#byName.set(stack.name, stack);
    this.#byId.set(stack.id, stack);
  }

  /** Parses a template, or returns it from the cache. @throws ValidationError */
  parse(text: string): Template {
    const known = this.#templates.get(text);
    if (known) return known;
    const template = readTemplate(text, refusing);
    const [oldest] = this.#templates.keys();
    if (this.#templates.size >= KEPT_TEMPLATES && oldest !== undefined) this.#templates.delete(oldest);
    this.#templates.set(text, template);
    return template;
  }

  /** A stack by name or id. */
  find(nameOrId: string | undefined, missing: (name: string) => AwsError = noSuchStack): Stack {
    const name = requiredName(nameOrId);
    const stack = this.#byName.get(name) ?? this.#byId.get(name);
    if (!stack) throw missing(name);
    return stack;
  }

  /** A resource of a stack. @throws ValidationError */
  resource(stack: Stack, logicalId: string | undefined): StackResource {
    const resource = stack.resources.get(logicalId ?? '');
    if (!resource) throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`);
    return resource;
  }

  /** @throws ValidationError where a definition gives a resource of the stack another type */
  checkTypes(stack: Stack, { resources }: StackDefinition): void {
    for (const [logicalId, { Type }] of Object.entries(resources)) {
      const existing = stack.resources.get(logicalId);
      if (existing && existing.type !== Type) {
        throw validationError(
          `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${logicalId}]`,
        );
      }
    }
  }

  /** The stack that has a resource with this physical id. @throws ValidationError */
  owner(physicalId: string | undefined): Stack {
    for (const stack of this.#byName.values()) {
      for (const resource of stack.resources.values()) if (resource.physicalId === physicalId) return stack;
    }
    throw validationError(`Stack for ${physicalId} does not exist`);
  }
}

/**
 * Refuses a client request token that is malformed or has been used on the stack before.
 *
 * @throws ValidationError, TokenAlreadyExistsException
 */
export function checkToken(stack: Stack | undefined, token: string | undefined): void {
  if (token === undefined) return;
  if (!/^[a-zA-Z0-9][-a-zA-Z0-9]{0,127}$/.test(token)) {
    throw validationError(
      `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9][-a-zA-Z0-9]*`,
    );
  }
  if (stack?.tokens.has(token)) {
    throw new AwsError('TokenAlreadyExistsException', `A client request token already exists: ${token}`);
  }
}

/** @throws ValidationError for no name */
export function requiredName(name: string | undefined): string {
  if (name) return name;
  throw validationError(
    "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null",
  );
}
