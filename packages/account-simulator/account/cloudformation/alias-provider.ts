import type { DeploymentCreator } from '@aws-sdk/client-codedeploy';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { renderAppSpec, revisionOf } from '../codedeploy/app-spec.ts';
import type { Deployment } from '../codedeploy/deployment.ts';
import type { DeploymentGroup } from '../codedeploy/deployment-group.ts';
import type { SimulatedCodeDeploy } from '../codedeploy/simulated-codedeploy.ts';
import type { AliasTarget } from '../lambda/lambda-alias.ts';
import type { SimulatedLambda } from '../lambda/simulated-lambda.ts';
import { AwsError } from '../service.ts';
import { canonicalJson } from '../template/canonical-json.ts';
import type { AliasBehaviour } from './alias-behaviour.ts';
import type { Ongoing, ResourceChange, ResourceProvider } from './resource-provider.ts';
import type { StackResource } from './stack.ts';

/** The services and options that {@link aliasProvider} uses. */
export interface AliasProviderOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly lambda: SimulatedLambda;
  readonly codeDeploy: SimulatedCodeDeploy;
  readonly behaviour: AliasBehaviour;
}

/** Delay until CloudFormation sees that a deployment is over, ms. */
const NOTICE_MS = [2000, 8000] as const;

/**
 * AWS::Lambda::Alias. With `UpdatePolicy.CodeDeployLambdaAliasUpdate` a change of version is a CodeDeploy deployment, and
 * the resource is complete when the deployment is; without the policy, and on creation, the alias moves at once.
 *
 * Source: CloudFormation user guide, "UpdatePolicy attribute", CodeDeployLambdaAliasUpdate.
 */
export function aliasProvider(options: AliasProviderOptions): ResourceProvider {
  const { lambda } = options;
  return {
    seconds: [2, 5],
    create: (change) => {
      const { functionName, name } = aliasOf(change.properties);
      lambda.createAlias(functionName, name, targetOf(change.properties));
      provision(lambda, change.properties, undefined);
      return { physicalId: lambda.arn(functionName, name) };
    },
    update: (change, from) => {
      const { version } = aliasOf(change.properties);
      const weights = canonicalJson(change.properties.RoutingConfig);
      if (change.rollingBack) return putBack(options, change, from);
      const moves = version !== String(from.properties.FunctionVersion);
      const isNew = from.updatePolicy === undefined;
      const shifts =
        moves && change.updatePolicy && !(isNew && options.behaviour.newUpdatePolicy === 'next-time');
      if (shifts) return shift(options, change, from);
      if (moves || weights !== canonicalJson(from.properties.RoutingConfig)) point(lambda, change.properties);
      provision(lambda, change.properties, from);
      return undefined;
    },
    delete: ({ properties }) => {
      const { functionName, name } = aliasOf(properties);
      lambda.deleteAlias(functionName, name);
    },
  };
}

function shift(options: AliasProviderOptions, change: ResourceChange, from: StackResource): Ongoing {
  const { codeDeploy, lambda, behaviour } = options;
  const deployment = deploy(options, change, from, behaviour.creator);
  return {
    onEnd: (listener) =>
      watch(options, deployment, (failure) => {
        if (failure === undefined) provision(lambda, change.properties, from);
        listener(failure);
      }),
    cancel: () => {
      try {
        codeDeploy.stop(deployment.id, true);
      } catch (error) {
        // The deployment ended a moment ago, unnoticed: the rollback finds it in its final state.
        if (!(error instanceof AwsError)) throw error;
      }
    },
  };
}

/** Starts the CodeDeploy deployment of the alias by the update policy of the change. */
function deploy(
  { codeDeploy, lambda, behaviour }: AliasProviderOptions,
  change: ResourceChange,
  from: StackResource,
  creator: DeploymentCreator,
): Deployment {
  const { functionName, name, version } = aliasOf(change.properties);
  const found = lambda.aliasTarget(functionName, name)?.version;
  const before = String(from.properties.FunctionVersion);
  const { BeforeAllowTrafficHook, AfterAllowTrafficHook } = change.updatePolicy ?? {};
  return codeDeploy.create({
    ...groupOf(change),
    revision: revisionOf(
      renderAppSpec({
        functionName,
        alias: name,
        currentVersion:
          found !== undefined && found !== before && behaviour.currentVersionFrom === 'alias'
            ? found
            : before,
        targetVersion: version,
        ...(BeforeAllowTrafficHook !== undefined && { beforeAllowTraffic: String(BeforeAllowTrafficHook) }),
        ...(AfterAllowTrafficHook !== undefined && { afterAllowTraffic: String(AfterAllowTrafficHook) }),
      }),
    ),
    creator,
    externalId: change.stack.id,
  });
}

/** Undoes a change, once the deployment group has no active deployment. */
function putBack(options: AliasProviderOptions, change: ResourceChange, from: StackResource): Ongoing {
  const { codeDeploy, lambda, behaviour } = options;
  const { functionName, name, version } = aliasOf(change.properties);
  const restore = (listener: (failure: string | undefined) => void): void => {
    const found = lambda.aliasTarget(functionName, name);
    const wanted = canonicalJson(targetOf(change.properties));
    const stays =
      canonicalJson(found) === wanted || (found?.version === version && !behaviour.rollbackClearsWeights);
    try {
      if (!stays && change.updatePolicy && behaviour.rollbackPolicy === 'before') {
        const deployment = deploy(options, change, from, 'CloudFormationRollback');
        watch(options, deployment, (failure) => {
          if (failure === undefined) provision(lambda, change.properties, from);
          listener(failure);
        });
        return;
      }
      if (!stays) point(lambda, change.properties);
      provision(lambda, change.properties, from);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      listener(error.message);
      return;
    }
    listener(undefined);
  };
  return {
    onEnd: (listener) => {
      // The failed update may have been the first with a deployment group.
      const policy = from.updatePolicy ?? change.updatePolicy;
      const group = policy && findGroup(codeDeploy, policy);
      if (group) codeDeploy.whenIdle(group, () => restore(listener));
      else restore(listener);
    },
    cancel: () => {},
  };
}

function watch(
  { clock, random, codeDeploy }: AliasProviderOptions,
  deployment: Deployment,
  listener: (failure: string | undefined) => void,
): void {
  codeDeploy.onEnd(deployment, ({ id, status, error }) => {
    clock.after(random.integer(...NOTICE_MS), () =>
      listener(
        status === 'Succeeded'
          ? undefined
          : `CodeDeploy deployment ${id} ended as ${status}. ${error?.message ?? ''} (Error code: ${error?.code ?? 'unknown'})`,
      ),
    );
  });
}

function point(lambda: SimulatedLambda, properties: Readonly<Record<string, unknown>>): void {
  const { functionName, name } = aliasOf(properties);
  lambda.pointAlias(functionName, name, targetOf(properties));
}

function provision(
  lambda: SimulatedLambda,
  properties: Readonly<Record<string, unknown>>,
  from: StackResource | undefined,
): void {
  const { functionName, name } = aliasOf(properties);
  const wanted = executionsOf(properties);
  if (wanted === executionsOf(from?.properties ?? {})) return;
  if (wanted === undefined) lambda.unprovision(functionName, name);
  else lambda.provision(functionName, name, wanted);
}

function executionsOf(properties: Readonly<Record<string, unknown>>): number | undefined {
  const config = properties.ProvisionedConcurrencyConfig as
    | { ProvisionedConcurrentExecutions?: unknown }
    | undefined;
  return config === undefined ? undefined : Number(config.ProvisionedConcurrentExecutions);
}

function aliasOf({ FunctionName, Name, FunctionVersion }: Readonly<Record<string, unknown>>) {
  return { functionName: String(FunctionName), name: String(Name), version: String(FunctionVersion) };
}

function targetOf(properties: Readonly<Record<string, unknown>>): AliasTarget {
  const { AdditionalVersionWeights: weights = [] } = (properties.RoutingConfig ?? {}) as {
    AdditionalVersionWeights?: readonly { FunctionVersion: unknown; FunctionWeight: unknown }[];
  };
  return {
    version: aliasOf(properties).version,
    weights: Object.fromEntries(
      weights.map(({ FunctionVersion, FunctionWeight }) => [String(FunctionVersion), Number(FunctionWeight)]),
    ),
  };
}

function groupOf({ updatePolicy }: ResourceChange): { application: string; group: string } {
  return {
    application: String(updatePolicy?.ApplicationName),
    group: String(updatePolicy?.DeploymentGroupName),
  };
}

function findGroup(
  codeDeploy: SimulatedCodeDeploy,
  { ApplicationName, DeploymentGroupName }: Readonly<Record<string, unknown>>,
): DeploymentGroup | undefined {
  try {
    return codeDeploy.group(String(ApplicationName), String(DeploymentGroupName));
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
