import type {
  DeleteStateMachineVersionInput,
  DescribeStateMachineAliasInput,
  PublishStateMachineVersionInput,
  RoutingConfigurationListItem,
  UpdateStateMachineAliasInput,
  UpdateStateMachineInput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../service.ts';

/** A published version: its definition and role. */
interface Version {
  readonly definition: string;
  readonly roleArn: string;
  readonly revisionId: string;
}

/** A team's state machine: its latest revision, its versions and aliases. */
interface VersionedMachine {
  definition: string;
  roleArn: string;
  revisionId: string;
  readonly versions: Map<number, Version>;
  readonly aliases: Map<string, readonly RoutingConfigurationListItem[]>;
  /** The number of the next version: numbers are never reused. */
  nextVersion: number;
}

/**
 * State machines with versions and aliases. They are separate from the machines that run: they have no executions here, so
 * their definitions may be anything.
 *
 * Source: Step Functions API reference, the page of each operation; developer guide, "State machine versions", "State
 * machine aliases".
 */
export class MachineVersions {
  readonly #machines = new Map<string, VersionedMachine>();
  #revisions = 0;

  readonly operations = {
    UpdateStateMachine: ({ stateMachineArn = '', definition, roleArn }: UpdateStateMachineInput) => {
      const machine = this.#machine(stateMachineArn);
      const revision = this.#revision(definition ?? machine.definition, roleArn ?? machine.roleArn);
      Object.assign(machine, revision);
      return { updateDate: new Date(0), revisionId: revision.revisionId };
    },
    PublishStateMachineVersion: ({ stateMachineArn = '' }: PublishStateMachineVersionInput) => ({
      stateMachineVersionArn: `${stateMachineArn}:${this.#publish(this.#machine(stateMachineArn))}`,
      creationDate: new Date(0),
    }),
    DeleteStateMachineVersion: ({ stateMachineVersionArn = '' }: DeleteStateMachineVersionInput) => {
      const { machineArn, qualifier } = partsOf(stateMachineVersionArn);
      const { aliases, versions } = this.#machine(machineArn);
      for (const [alias, routes] of aliases) {
        if (!routes.some((one) => one.stateMachineVersionArn === stateMachineVersionArn)) continue;
        throw conflict(
          `Version to be deleted must not be referenced by an alias. Current list of aliases: [${alias}]`,
        );
      }
      versions.delete(Number(qualifier));
      return {};
    },
    DescribeStateMachineAlias: ({ stateMachineAliasArn = '' }: DescribeStateMachineAliasInput) => {
      const { machineArn, qualifier } = partsOf(stateMachineAliasArn);
      const routingConfiguration = this.#machines.get(machineArn)?.aliases.get(qualifier);
      if (!routingConfiguration) throw notFound(stateMachineAliasArn);
      return { stateMachineAliasArn, name: qualifier, routingConfiguration: [...routingConfiguration] };
    },
    UpdateStateMachineAlias: (input: UpdateStateMachineAliasInput) => {
      const { stateMachineAliasArn = '', routingConfiguration, description } = input;
      const { machineArn, qualifier } = partsOf(stateMachineAliasArn);
      const machine = this.#machines.get(machineArn);
      if (!machine?.aliases.has(qualifier)) throw notFound(stateMachineAliasArn);
      if (!routingConfiguration && description === undefined) {
        throw invalid('At least one of description and routingConfiguration has to be given.');
      }
      if (routingConfiguration) {
        checkRoutes(machine, machineArn, routingConfiguration);
        machine.aliases.set(qualifier, routingConfiguration);
      }
      return { updateDate: new Date(0) };
    },
  };

  /** Creates a state machine with a first version, unless it exists, and an alias on its newest version. */
  create(arn: string, { definition, roleArn }: { definition: string; roleArn: string }, alias: string): void {
    const known = this.#machines.get(arn);
    const machine = known ?? {
      ...this.#revision(definition, roleArn),
      versions: new Map(),
      aliases: new Map(),
      nextVersion: 1,
    };
    const version = known ? Math.max(...known.versions.keys()) : this.#publish(machine);
    machine.aliases.set(alias, [{ stateMachineVersionArn: `${arn}:${version}`, weight: 100 }]);
    this.#machines.set(arn, machine);
  }

  /** A state machine, or one of its versions, as DescribeStateMachine returns it; undefined for an unknown ARN. */
  describe(arn: string): object | undefined {
    const machine = this.#machines.get(arn);
    const { machineArn, qualifier } = partsOf(arn);
    const found = machine ?? this.#machines.get(machineArn)?.versions.get(Number(qualifier));
    if (!found) return undefined;
    const { definition, roleArn, revisionId } = found;
    return {
      stateMachineArn: arn,
      name: machineArn.split(':').at(-1),
      definition,
      roleArn,
      revisionId,
      type: 'STANDARD',
      status: 'ACTIVE',
      creationDate: new Date(0),
    };
  }

  /** For tests and reports: the traffic share, in per cent, of each version that an alias refers to. */
  routes(arn: string, alias: string): Readonly<Record<string, number>> {
    const routes = this.#machines.get(arn)?.aliases.get(alias) ?? [];
    return Object.fromEntries(
      routes.map(({ stateMachineVersionArn = '', weight = 0 }) => [
        partsOf(stateMachineVersionArn).qualifier,
        weight,
      ]),
    );
  }

  /** For tests and reports: the definition of a version. */
  definition(arn: string, version: string): string | undefined {
    return this.#machines.get(arn)?.versions.get(Number(version))?.definition;
  }

  #revision(definition: string, roleArn: string): Version {
    this.#revisions += 1;
    return { definition, roleArn, revisionId: `revision-${this.#revisions}` };
  }

  /** A revision that was published already is not published again: its version is the answer. */
  #publish(machine: VersionedMachine): number {
    const { definition, roleArn, revisionId, versions } = machine;
    for (const [version, one] of versions) if (one.revisionId === revisionId) return version;
    const version = machine.nextVersion;
    machine.nextVersion += 1;
    versions.set(version, { definition, roleArn, revisionId });
    return version;
  }

  #machine(arn: string): VersionedMachine {
    const machine = this.#machines.get(arn);
    if (machine) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }
}

function checkRoutes(
  { versions }: VersionedMachine,
  machineArn: string,
  routes: readonly RoutingConfigurationListItem[],
): void {
  if (routes.length < 1 || routes.length > 2) throw invalid('An alias refers to one or two versions.');
  const sum = routes.reduce((total, { weight = 0 }) => total + weight, 0);
  if (sum !== 100) throw invalid(`Sum of weights must be 100, and is ${sum}`);
  const arns = new Set(routes.map((one) => one.stateMachineVersionArn));
  if (arns.size < routes.length) throw invalid('A version stands twice in the routing configuration.');
  for (const { stateMachineVersionArn = '' } of routes) {
    const { machineArn: own, qualifier } = partsOf(stateMachineVersionArn);
    if (own !== machineArn || !versions.has(Number(qualifier))) throw notFound(stateMachineVersionArn);
  }
}

/** arn:aws:states:eu-west-1:111122223333:stateMachine:NAME:VERSION-OR-ALIAS. */
function partsOf(arn: string): { machineArn: string; qualifier: string } {
  const at = arn.lastIndexOf(':');
  return { machineArn: arn.slice(0, at), qualifier: arn.slice(at + 1) };
}

function notFound(arn: string): AwsError {
  return new AwsError('ResourceNotFound', `Resource not found: '${arn}'`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function conflict(message: string): AwsError {
  return new AwsError('ConflictException', message, 409);
}
