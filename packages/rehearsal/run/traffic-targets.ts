import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { type TargetEntry, targetName } from '../../../shared/targets/shapes.ts';
import type { Scenario } from '../scenario/scenario.ts';

type Of<Kind extends TargetEntry['kind']> = Extract<TargetEntry, { kind: Kind }>;

/** A target with the service it is of. */
export interface OwnedTarget<Target extends TargetEntry> {
  readonly service: string;
  readonly name: string;
  readonly target: Target;
}

/** The targets of one kind that the scenario's services have. */
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

/** What a rule without weights of its own in the scenario forwards to. */
const usualWeights = { 'tg-blue': 100, 'tg-green': 0 };

/** Makes the stages and rules that the services have had since before the rehearsal. */
export function createTrafficTargets(scenario: Scenario, account: SimulatedAccount): void {
  for (const { target } of targetsOf(scenario, 'api-stage')) {
    const autoDeploy = scenario.autoDeploy.includes(targetName(target));
    account.apiGateway.createApi(target.api, target.protocol, target.stage, { autoDeploy });
  }
  for (const { target } of targetsOf(scenario, 'mesh')) {
    const own = scenario.mesh.find(({ rule }) => rule === target.rule);
    account.vpcLattice.createRule(target, own?.weights ?? usualWeights);
  }
}

/** The stage or rule that a call of UpdateStage or UpdateRule changes. */
export function ownerOfTraffic(
  scenario: Pick<Scenario, 'services'>,
  operation: 'UpdateStage' | 'UpdateRule',
  // biome-ignore lint/suspicious/noExplicitAny: inputs of three clients.
  input: any,
): OwnedTarget<Of<'api-stage' | 'mesh'>> | undefined {
  if (operation === 'UpdateRule') {
    return targetsOf(scenario, 'mesh').find(({ target }) => target.rule === input.ruleIdentifier);
  }
  const api = input.restApiId ?? input.ApiId;
  const stage = input.stageName ?? input.StageName;
  return targetsOf(scenario, 'api-stage').find(({ target }) => target.api === api && target.stage === stage);
}

/** The release whose deployment a stage serves: 0 is the one from before. */
export function releaseOfStage(account: SimulatedAccount, target: Of<'api-stage'>): number {
  const api = account.apiGateway.lookUp(target.api);
  const { deploymentId = '' } = api?.stages.get(target.stage) ?? {};
  return Number(
    /^release-(\d+)$/.exec(api?.deployments.get(deploymentId)?.description ?? '')?.[1] ?? Number.NaN,
  );
}
