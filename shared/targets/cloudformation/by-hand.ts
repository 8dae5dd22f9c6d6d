import type { ByHand } from '../target-kind.ts';
import type { StackPinPlan, StackPlan, StackRebuildPlan } from './shapes.ts';
import { pinTemplateKey } from './stack-pin.ts';

/** Not the saved template as it is: to apply that would delete what the release added, with its data. */
export function restCommands(service: string, { stack, waitOnly, skipResources }: StackPlan): string[] {
  const look = lookCommands(stack, skipResources);
  if (waitOnly) return look;
  return [
    ...look,
    `npx rollback-coordinator converge ${service}   # from a clone of the coordinator: the rest of the saved template, over no data; brings back what the pin took out`,
  ];
}

/** Every parameter keeps its value: their names are asked of the stack. */
export function pinCommands(
  { stack, skipResources }: StackPinPlan,
  { incidentId, attempt, service: { service }, templateUrl }: ByHand,
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

/** There is no version to go to: which code it was, for who deploys it anew. */
export function rebuildCommands({ stack, builds, skipResources }: StackRebuildPlan): string[] {
  return [
    ...lookCommands(stack, skipResources),
    ...builds.map(
      ({ function: name, version, codeSha256 }) =>
        `# deploy the code of version ${version} of ${name} anew, through stack ${stack}: its CodeSha256 was ${codeSha256}`,
    ),
  ];
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
