import type { ServiceResult } from '../ledger/records.ts';
import { type HookEvent, hookEvent } from '../targets/hook-event.ts';
import type {
  ApiStagePlan,
  CodeDeployPlan,
  HookPlan,
  LambdaAliasPlan,
  MeshPlan,
  ParameterPlan,
  RollbackPlan,
  ServicePlan,
  StackPlan,
  TargetPlan,
} from '../targets/service-plan.ts';

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
      .flatMap((target) => [
        `# ${service}, ${target.target}`,
        ...commands(plan.incidentId, one, target, templateUrl),
      ]);
  });
}

function commands(
  incidentId: string,
  service: ServicePlan,
  target: TargetPlan,
  templateUrl: (key: string) => string,
): string[] {
  switch (target.kind) {
    case 'cloudformation':
      return stackCommands(target, templateUrl);
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
      return [hookCommand(hookEvent(incidentId, service, target), target)];
  }
}

function aliasCommand({ function: name, alias, toVersion }: CodeDeployPlan | LambdaAliasPlan): string {
  return (
    `aws lambda update-alias --function-name ${name} --name ${alias} ` +
    `--function-version ${toVersion} --routing-config AdditionalVersionWeights={}`
  );
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

function stackCommands(
  { stack, snapshot, waitOnly, skipResources }: StackPlan,
  templateUrl: (key: string) => string,
): string[] {
  const look = `aws cloudformation describe-stacks --stack-name ${stack} --query 'Stacks[0].StackStatus'`;
  const resume = [
    `aws cloudformation rollback-stack --stack-name ${stack}   # if it is UPDATE_FAILED`,
    `aws cloudformation continue-update-rollback --stack-name ${stack}   # if it is UPDATE_ROLLBACK_FAILED`,
    ...(skipResources
      ? [
          `aws cloudformation continue-update-rollback --stack-name ${stack} --resources-to-skip ` +
            `${skipResources.join(' ')}   # if it is again: leaves these as they are`,
        ]
      : []),
  ];
  if (waitOnly) return [look, ...resume];
  if (snapshot?.kind !== 'cloudformation') {
    return [
      look,
      ...resume,
      `# no template of before is saved: deploy the last good one of ${stack} if it is UPDATE_COMPLETE`,
    ];
  }
  const parameters = snapshot.parameters.map(({ key, value }) =>
    value === undefined
      ? `ParameterKey=${key},UsePreviousValue=true`
      : `'ParameterKey=${key},ParameterValue=${value}'`,
  );
  const update = [
    `aws cloudformation update-stack --stack-name ${stack} --template-url ${templateUrl(snapshot.templateKey)}`,
    snapshot.capabilities.length > 0 && `--capabilities ${snapshot.capabilities.join(' ')}`,
    parameters.length > 0 && `--parameters ${parameters.join(' ')}`,
  ];
  return [look, ...resume, `${update.filter(Boolean).join(' ')}   # if it is UPDATE_COMPLETE`];
}
