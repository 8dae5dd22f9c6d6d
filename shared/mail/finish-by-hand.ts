import type { ServiceResult } from '../ledger/records.ts';
import type { ApiStagePlan } from '../targets/api-stage/shapes.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from '../targets/cloudformation/shapes.ts';
import type { CodeDeployPlan } from '../targets/codedeploy/shapes.ts';
import type { HookPlan } from '../targets/hook/shapes.ts';
import { type HookEvent, hookEvent } from '../targets/hook-event.ts';
import type { LambdaAliasPlan } from '../targets/lambda-alias/shapes.ts';
import type { MeshPlan } from '../targets/mesh/shapes.ts';
import type { ParameterPlan } from '../targets/parameter/shapes.ts';
import type { RollbackPlan, ServicePlan } from '../targets/service-plan.ts';
import type { TargetPlan } from '../targets/shapes.ts';
import { pinTemplateKey } from '../targets/stack-pin.ts';

/**
 * The commands that finish by hand what automation left undone: one block per target of the plan that is not
 * known to be back, in the plan's order. Each says first what it is for.
 *
 * @param templateUrl where CloudFormation reads a saved template from, by its key
 */
export function finishByHand(
  plan: RollbackPlan,
  results: readonly ServiceResult[],
  templateUrl: (key: string) => string,
): string[] {
  return plan.services.flatMap((one) => {
    const { service, targets } = one;
    const result = results.find((other) => other.service === service);
    const isBack = ({ target }: TargetPlan) =>
      result?.targets.some((other) => other.target === target && other.status === 'restored') ?? false;
    return targets
      .filter((target) => !isBack(target))
      .flatMap((target) => [`# ${service}, ${target.target}`, ...commands(plan, one, target, templateUrl)]);
  });
}

function commands(
  plan: Pick<RollbackPlan, 'incidentId' | 'attempt'>,
  service: ServicePlan,
  target: TargetPlan,
  templateUrl: (key: string) => string,
): string[] {
  switch (target.kind) {
    case 'cloudformation':
      return stackCommands(service.service, target);
    case 'stack-rebuild':
      return rebuildCommands(target);
    case 'stack-pin':
      return pinCommands(plan, service.service, target, templateUrl);
    case 'lambda-alias':
      return [aliasCommand(target)];
    case 'codedeploy':
      return [
        `aws deploy stop-deployment --deployment-id ${target.deploymentId} --auto-rollback-enabled   # if it still runs`,
        `${aliasCommand(target)}   # if that does not put it back`,
      ];
    case 'parameter':
      return target.parameters.map(parameterCommand);
    case 'api-stage':
      return [apiStageCommand(target)];
    case 'mesh':
      return [meshCommand(target)];
    case 'hook':
      return [hookCommand(hookEvent(plan.incidentId, service, target), target)];
  }
}

function aliasCommand({
  function: name,
  alias,
  toVersion,
  builtBy,
}: CodeDeployPlan | LambdaAliasPlan): string {
  // A version that is built anew has a number that only the stack knows.
  const version = builtBy
    ? `$(aws cloudformation describe-stack-resource --stack-name ${builtBy.stack} --logical-resource-id ${builtBy.versionId} ` +
      `--query StackResourceDetail.PhysicalResourceId --output text | sed 's/.*://')`
    : toVersion;
  return (
    `aws lambda update-alias --function-name ${name} --name ${alias} ` +
    `--function-version ${version} --routing-config AdditionalVersionWeights={}`
  );
}

/** There is no version to go to: which code it was, for who deploys it anew. */
function rebuildCommands({ stack, builds, skipResources }: StackRebuildPlan): string[] {
  return [
    ...lookCommands(stack, skipResources),
    ...builds.map(
      ({ function: name, version, codeSha256 }) =>
        `# deploy the code of version ${version} of ${name} anew, through stack ${stack}: its CodeSha256 was ${codeSha256}`,
    ),
  ];
}

/** The value goes from one command into the other, so that neither mail nor terminal shows it. */
function parameterCommand({
  name,
  toVersion,
  type,
  tier,
  keyId,
}: ParameterPlan['parameters'][number]): string {
  const value = `$(aws ssm get-parameter --name ${name}:${toVersion} --with-decryption --query Parameter.Value --output text)`;
  const key = keyId ? ` --key-id ${keyId}` : '';
  return `aws ssm put-parameter --name ${name} --type ${type} --tier ${tier}${key} --overwrite --value "${value}"`;
}

function apiStageCommand({ protocol, api, stage, toDeployment }: ApiStagePlan): string {
  return protocol === 'http'
    ? `aws apigatewayv2 update-stage --api-id ${api} --stage-name '${stage}' --deployment-id ${toDeployment}`
    : `aws apigateway update-stage --rest-api-id ${api} --stage-name ${stage} ` +
        `--patch-operations op=replace,path=/deploymentId,value=${toDeployment}`;
}

function meshCommand({ service, listener, rule, toWeights }: MeshPlan): string {
  const targetGroups = toWeights.map(({ targetGroup, weight }) => ({
    targetGroupIdentifier: targetGroup,
    weight,
  }));
  return (
    `aws vpc-lattice update-rule --service-identifier ${service} --listener-identifier ${listener} ` +
    `--rule-identifier ${rule} --action '${JSON.stringify({ forward: { targetGroups } })}'`
  );
}

/** Without a task token: there is no state any more that waits for it. */
function hookCommand(event: HookEvent, { function: name }: HookPlan): string {
  return (
    `aws lambda invoke --function-name ${name} --cli-binary-format raw-in-base64-out ` +
    `--payload '${JSON.stringify(event)}' /dev/stdout`
  );
}

function lookCommands(stack: string, skipResources: readonly string[] = []): string[] {
  return [
    `aws cloudformation describe-stacks --stack-name ${stack} --query 'Stacks[0].StackStatus'`,
    `aws cloudformation rollback-stack --stack-name ${stack}   # if it is UPDATE_FAILED; deletes what its update made`,
    `aws cloudformation continue-update-rollback --stack-name ${stack}   # if it is UPDATE_ROLLBACK_FAILED`,
    ...(skipResources.length > 0
      ? [
          `aws cloudformation continue-update-rollback --stack-name ${stack} --resources-to-skip ` +
            `${skipResources.join(' ')}   # if it is again: leaves these as they are`,
        ]
      : []),
  ];
}

/** Every parameter keeps its value: their names are asked of the stack. */
function pinCommands(
  { incidentId, attempt }: Pick<RollbackPlan, 'incidentId' | 'attempt'>,
  service: string,
  { stack, skipResources }: StackPinPlan,
  templateUrl: (key: string) => string,
): string[] {
  const parameters = `$(aws cloudformation describe-stacks --stack-name ${stack} --output text --query "Stacks[0].Parameters[].join('', ['ParameterKey=', ParameterKey, ',UsePreviousValue=true'])")`;
  return [
    ...lookCommands(stack, skipResources),
    `npx rollback-coordinator converge ${service} --pin-only   # from a clone of the coordinator: shows the change, and asks`,
    '# or, where there is no clone:',
    `aws cloudformation update-stack --stack-name ${stack} ` +
      `--template-url ${templateUrl(pinTemplateKey(incidentId, attempt, stack))} ` +
      `--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --parameters ${parameters}   # pins it; leave out --parameters where it has none`,
  ];
}

/** Not the saved template as it is: to apply that would delete what the release added, with its data. */
function stackCommands(service: string, { stack, waitOnly, skipResources }: StackPlan): string[] {
  const look = lookCommands(stack, skipResources);
  if (waitOnly) return look;
  return [
    ...look,
    `npx rollback-coordinator converge ${service}   # from a clone of the coordinator: the rest of the saved template, over no data; brings back what the pin took out`,
  ];
}
