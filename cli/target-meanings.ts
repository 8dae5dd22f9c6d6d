import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { paginateListStateMachines, SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { Aliases } from '../shared/aws/aliases.ts';
import { ApiStages } from '../shared/aws/api-stages.ts';
import { ParameterStore } from '../shared/aws/parameter-store.ts';
import { isStackMissing, type Stacks } from '../shared/aws/stacks.ts';
import { StateMachineAliases } from '../shared/aws/state-machine-aliases.ts';
import { type AliasKind, isAlias } from '../shared/catalog/alias-kinds.ts';
import { matchesPattern } from '../shared/catalog/compiled-catalog.ts';
import {
  type OwnedAlias,
  ownedAliases,
  ownedTargets,
  readOwnedStacks,
} from '../shared/catalog/own-aliases.ts';
import type { ServiceEntry } from '../shared/catalog/service-entry.ts';
import { nearestName } from '../shared/nearest-name.ts';
import { meaningOf } from '../shared/targets/kinds.ts';
import { type TargetEntry, targetName } from '../shared/targets/shapes.ts';
import type { Meaning, ReadMeaning } from '../shared/targets/target-kind.ts';
import { DeploymentGroups } from './deployment-groups.ts';

/** The actual state of one target in the account, or its missing part. */
export interface TargetMeaning {
  /** `targets.2`, or `stack` for a target that belongs to the service by its stack alone. */
  readonly path: string;
  readonly target: string;
  /** The actual state; undefined if the target does not exist. */
  readonly means?: string;
  /** The missing part, with the nearest name. */
  readonly missing?: string;
}

/** Finds the actual state of entries' targets in the account, and not only their names. */
export class TargetMeanings {
  readonly #stacks: Pick<Stacks, 'resources'>;
  readonly #aliases: Aliases;
  readonly #groups: DeploymentGroups;
  readonly #clients: Parameters<ReadMeaning<TargetEntry>>[0];

  constructor(stacks: Pick<Stacks, 'resources'>, clientConfig: object) {
    this.#stacks = stacks;
    this.#aliases = new Aliases(new LambdaClient(clientConfig));
    this.#groups = new DeploymentGroups(new CodeDeployClient(clientConfig));
    const sfn = new SFNClient(clientConfig);
    this.#clients = {
      parameterStore: new ParameterStore(new SSMClient(clientConfig)),
      apiStages: new ApiStages(new APIGatewayClient(clientConfig), new ApiGatewayV2Client(clientConfig)),
      stateMachineAliases: new StateMachineAliases(sfn, (name) => findStateMachine(sfn, name)),
    };
  }

  /** The actual state of every target that an entry lists, and of the other aliases that it owns. */
  async of(entry: ServiceEntry): Promise<TargetMeaning[]> {
    const stacks = await readOwnedStacks(entry, (stack) => this.#resources(stack));
    const owned = ownedAliases(entry, stacks);
    const own = stacks.find(({ stack }) => stack === entry.stack)?.resources ?? [];
    const physicalIds = new Map(own.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
    const meanings: TargetMeaning[] = [];
    for (const [index, target] of entry.targets.entries()) {
      const found = await this.#meaningOf(entry, target, owned, physicalIds);
      if (found) meanings.push({ path: `targets.${index}`, target: targetName(target), ...found });
    }
    for (const one of owned.filter(({ isListed }) => !isListed)) {
      meanings.push({
        path: 'stack',
        target: targetName(one.target),
        means: `${physical(one)}, by its stack`,
      });
    }
    for (const target of ownedTargets(entry, stacks)) {
      const found = await this.#meaningOf(entry, target, owned, physicalIds);
      const means = found && 'means' in found ? { means: `${found.means}, by its stack` } : found;
      if (means) meanings.push({ path: 'stack', target: targetName(target), ...means });
    }
    return meanings;
  }

  async #meaningOf(
    { stack }: ServiceEntry,
    target: TargetEntry,
    owned: readonly OwnedAlias[],
    physicalIds: ReadonlyMap<string, string>,
  ): Promise<Meaning | undefined> {
    if (isAlias(target)) {
      const alias = await this.#alias(target, owned);
      const group = target.kind === 'codedeploy' ? await this.#group(target, stack) : undefined;
      if ('missing' in alias || !group) return alias;
      return 'missing' in group ? group : { means: `${alias.means}${group.means}` };
    }
    return meaningOf(target)?.(this.#clients, target, physicalIds);
  }

  async #alias(
    target: Extract<TargetEntry, { kind: AliasKind }>,
    owned: readonly OwnedAlias[],
  ): Promise<Meaning> {
    const own = owned.find((one) => targetName(one.target) === targetName(target));
    if (own) return { means: physical(own) };
    // A function of none of the service's stacks: created by hand, or by a stack that the entry does not name.
    if (await this.#aliases.find(target.function, target.alias)) {
      return { means: `${target.function}:${target.alias}, in no stack of the service` };
    }
    const known = owned.flatMap((one) => [targetName(one.target), physical(one)]);
    const name = targetName(target);
    const nearest = nearestName(name, known);
    return { missing: `there is no alias "${name}"${nearest ? `; did you mean "${nearest}"?` : ''}` };
  }

  /** Only the names in the entry are checked: otherwise the stack of the function decides. */
  async #group(
    { application, deploymentGroup }: Extract<TargetEntry, { kind: 'codedeploy' }>,
    stack: string | undefined,
  ): Promise<Meaning> {
    if (application === undefined && deploymentGroup === undefined) {
      return { means: stack === undefined ? '' : ', moved by deployments of any group' };
    }
    const applications = (await this.#groups.applications()).filter((name) =>
      matchesPattern(application ?? '*', name),
    );
    if (applications.length === 0) {
      const nearest = nearestName(application ?? '', await this.#groups.applications());
      const hint = nearest ? `; did you mean "${nearest}"?` : '';
      return { missing: `there is no CodeDeploy application "${application}"${hint}` };
    }
    const all: string[] = [];
    for (const name of applications) {
      for (const group of await this.#groups.of(name)) all.push(`${name}/${group}`);
    }
    const found = all.filter((name) => matchesPattern(deploymentGroup ?? '*', name.split('/')[1] ?? ''));
    if (found.length > 0) return { means: `, moved by deployments of ${found.join(', ')}` };
    const nearest = nearestName(
      deploymentGroup ?? '',
      all.map((name) => name.split('/')[1] ?? ''),
    );
    const hint = nearest ? `; did you mean "${nearest}"?` : '';
    return {
      missing: `no deployment group "${deploymentGroup ?? '*'}" in application ${applications.join(', ')}${hint}`,
    };
  }

  async #resources(stack: string) {
    try {
      return await this.#stacks.resources(stack);
    } catch (error) {
      // `checkOnline` reports a missing stack.
      if (isStackMissing(error)) return undefined;
      throw error;
    }
  }
}

async function findStateMachine(client: SFNClient, name: string): Promise<string | undefined> {
  for await (const { stateMachines = [] } of paginateListStateMachines({ client }, {})) {
    const found = stateMachines.find((one) => one.name === name);
    if (found) return found.stateMachineArn;
  }
  return undefined;
}

function physical({ functionName, alias }: OwnedAlias): string {
  return `${functionName}:${alias}`;
}
