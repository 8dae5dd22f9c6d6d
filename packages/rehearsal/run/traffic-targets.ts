import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { type TargetEntry, targetName } from '../../../shared/targets/shapes.ts';
import type { Scenario } from '../scenario/scenario.ts';

type Of<Kind extends TargetEntry['kind']> = Extract<TargetEntry, { kind: Kind }>;

/** A target with its service. */
export interface OwnedTarget<Target extends TargetEntry> {
  readonly service: string;
  readonly name: string;
  readonly target: Target;
}

/** All targets of one kind in the scenario's services. */
export function targetsOf<Kind extends TargetEntry['kind']>(
  { services }: Pick<Scenario, 'services'>,
  kind: Kind,
): OwnedTarget<Of<Kind>>[] {
  return services.flatMap(({ service, targets }) =>
    targets
      .filter((target): target is Of<Kind> => target.kind === kind)
      .map((target) => ({ service, name: targetName(target), target })),
  );
}

/** Calls that change a stage, a rule or an alias of a state machine. */
export type TrafficOperation = 'UpdateStage' | 'UpdateRule' | 'UpdateStateMachineAlias';

/** The weights of a rule that the scenario does not set. */
const usualWeights = { 'tg-blue': 100, 'tg-green': 0 };

/** Creates the services' stages, rules and state machines, as they existed before the rehearsal. */
export function createTrafficTargets(scenario: Scenario, account: SimulatedAccount): void {
  for (const { target } of targetsOf(scenario, 'api-stage')) {
    const autoDeploy = scenario.autoDeploy.includes(targetName(target));
    account.apiGateway.createApi(target.api, target.protocol, target.stage, { autoDeploy });
  }
  for (const { target } of targetsOf(scenario, 'mesh')) {
    const own = scenario.mesh.find(({ rule }) => rule === target.rule);
    account.vpcLattice.createRule(target, own?.weights ?? usualWeights);
  }
  for (const { target } of targetsOf(scenario, 'state-machine-alias')) {
    const roleArn = `arn:aws:iam::${account.identity.accountId}:role/${target.stateMachine}`;
    const machine = { definition: machineDefinition(0), roleArn };
    account.stepFunctions.versions.create(machineArn(account, target), machine, target.alias);
  }
}

/** The ARN of a service's state machine: without a stack, an entry gives its name. */
export function machineArn(
  { identity }: SimulatedAccount,
  { stateMachine }: Of<'state-machine-alias'>,
): string {
  return `arn:aws:states:${identity.region}:${identity.accountId}:stateMachine:${stateMachine}`;
}

/** A definition that names its release. */
export function machineDefinition(release: number): string {
  const state = { Type: 'Pass', Comment: `release-${release}`, End: true };
  return JSON.stringify({ StartAt: 'Work', States: { Work: state } });
}

/** The shares, in per cent, of each release in an alias of a state machine: 0 is the state before. */
export function releaseParts(
  account: SimulatedAccount,
  target: Of<'state-machine-alias'>,
): Readonly<Record<string, number>> {
  const { versions } = account.stepFunctions;
  const arn = machineArn(account, target);
  return Object.fromEntries(
    Object.entries(versions.routes(arn, target.alias)).map(([version, part]) => [
      /release-(\d+)/.exec(versions.definition(arn, version) ?? '')?.[1] ?? '?',
      part,
    ]),
  );
}

/** The stage, rule or alias that a call of a {@link TrafficOperation} changes. */
export function ownerOfTraffic(
  scenario: Pick<Scenario, 'services'>,
  operation: TrafficOperation,
  // biome-ignore lint/suspicious/noExplicitAny: inputs of three clients.
  input: any,
): OwnedTarget<Of<'api-stage' | 'mesh' | 'state-machine-alias'>> | undefined {
  if (operation === 'UpdateStateMachineAlias') {
    return targetsOf(scenario, 'state-machine-alias').find(({ target }) =>
      input.stateMachineAliasArn.endsWith(`:stateMachine:${target.stateMachine}:${target.alias}`),
    );
  }
  if (operation === 'UpdateRule') {
    return targetsOf(scenario, 'mesh').find(({ target }) => target.rule === input.ruleIdentifier);
  }
  const api = input.restApiId ?? input.ApiId;
  const stage = input.stageName ?? input.StageName;
  return targetsOf(scenario, 'api-stage').find(({ target }) => target.api === api && target.stage === stage);
}

/** The release whose deployment a stage serves: 0 is the state before. */
export function releaseOfStage(account: SimulatedAccount, target: Of<'api-stage'>): number {
  const api = account.apiGateway.lookUp(target.api);
  const { deploymentId = '' } = api?.stages.get(target.stage) ?? {};
  return Number(
    /^release-(\d+)$/.exec(api?.deployments.get(deploymentId)?.description ?? '')?.[1] ?? Number.NaN,
  );
}
