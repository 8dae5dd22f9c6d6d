import { createHash } from 'node:crypto';
import {
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  type DescribeStateMachineOutput,
  ResourceNotFound,
  type SFNClient,
  StateMachineDoesNotExist,
  UpdateStateMachineAliasCommand,
} from '@aws-sdk/client-sfn';
import { canonicalJson } from '../canonical-json.ts';
import type { Routes } from '../targets/state-machine-alias/shapes.ts';
import { once } from './send-once.ts';

/** An alias of a state machine. */
export interface StateMachineAlias {
  readonly stateMachine: string;
  readonly alias: string;
}

/** A version that exists. */
export interface StateMachineVersion {
  /** Digest of its definition and configuration; absent if a key keeps us from reading the definition. */
  readonly digest?: string;
}

/** Finds the ARN of a state machine by its name; undefined if there is none, as far as the search goes. */
export type FindStateMachine = (name: string) => string | Promise<string | undefined>;

/** Aliases of Step Functions state machines, as the coordinator uses them. */
export class StateMachineAliases {
  readonly #client: SFNClient;
  readonly #arnOf: FindStateMachine;

  constructor(client: SFNClient, arnOf: FindStateMachine) {
    this.#client = client;
    this.#arnOf = arnOf;
  }

  /** The ARN of a state machine by its name; an ARN is returned unchanged. */
  async arnOf(stateMachine: string): Promise<string | undefined> {
    return stateMachine.startsWith('arn:') ? stateMachine : this.#arnOf(stateMachine);
  }

  /**
   * The versions that an alias starts executions of, the one with the largest weight first; undefined if there is no such
   * alias.
   */
  async find({ stateMachine, alias }: StateMachineAlias): Promise<Routes | undefined> {
    try {
      const { routingConfiguration = [] } = await this.#client.send(
        new DescribeStateMachineAliasCommand({ stateMachineAliasArn: `${stateMachine}:${alias}` }),
      );
      return routingConfiguration
        .map(({ stateMachineVersionArn = '', weight = 0 }) => ({
          version: stateMachineVersionArn.split(':').at(-1) ?? '',
          weight,
        }))
        .filter(({ weight }) => weight > 0)
        .sort((one, other) => other.weight - one.weight || Number(one.version) - Number(other.version));
    } catch (error) {
      if (error instanceof ResourceNotFound || error instanceof StateMachineDoesNotExist) return undefined;
      throw error;
    }
  }

  /** A version of a state machine; undefined if it is gone, or its state machine is being deleted. */
  async version(stateMachine: string, version: string): Promise<StateMachineVersion | undefined> {
    const stateMachineArn = `${stateMachine}:${version}`;
    try {
      const found = await this.#client.send(new DescribeStateMachineCommand({ stateMachineArn }));
      return found.status === 'DELETING' ? undefined : { digest: digestOf(found) };
    } catch (error) {
      if (error instanceof StateMachineDoesNotExist) return undefined;
      // A key of the team's encrypts the definition, and we may not use it, or it is disabled.
      if (isKeyRefused(error)) return {};
      throw error;
    }
  }

  /** Routes an alias to these versions with these weights. There is no revision id to guard against a concurrent change. */
  async route({ stateMachine, alias }: StateMachineAlias, routes: Routes): Promise<void> {
    await this.#client.send(
      once(
        new UpdateStateMachineAliasCommand({
          stateMachineAliasArn: `${stateMachine}:${alias}`,
          routingConfiguration: routes.map(({ version, weight }) => ({
            stateMachineVersionArn: `${stateMachine}:${version}`,
            weight,
          })),
        }),
      ),
    );
  }
}

/**
 * The digest of everything that decides how an execution behaves. The revision id would not do: it changes even if the same
 * definition is deployed again.
 */
function digestOf(found: DescribeStateMachineOutput): string {
  const decisive = {
    definition: normalised(found.definition ?? ''),
    role: found.roleArn,
    type: found.type,
    logging: found.loggingConfiguration,
    tracing: found.tracingConfiguration?.enabled ?? false,
  };
  return createHash('sha256').update(canonicalJson(decisive)).digest('base64');
}

/** Whitespace and the order of members do not change a definition. */
function normalised(definition: string): unknown {
  try {
    return JSON.parse(definition);
  } catch {
    return definition;
  }
}

function isKeyRefused(error: unknown): boolean {
  return error instanceof Error && /^Kms(AccessDenied|InvalidState)Exception$/.test(error.name);
}
