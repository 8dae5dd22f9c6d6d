import { finishByHand } from '../../../../shared/mail/finish-by-hand.ts';
import type { TargetPlan } from '../../../../shared/targets/shapes.ts';
import {
  apiStagePlan,
  codeDeployPlan,
  hookPlan,
  lambdaAliasPlan,
  parameterPlan,
  rollbackPlan,
  servicePlan,
  serviceResult,
  stackPinPlan,
  stackPlan,
} from '../../fixtures/records.ts';

const from = {
  place: { environment: 'prod', region: 'eu-west-1' },
  templateUrl: (key: string) => `https://bucket/${key}`,
};
/** The lines as shown to the reader. */
const finish = (...[plan, results, place]: Parameters<typeof finishByHand>) =>
  finishByHand(plan, results, place).map((line) => (typeof line === 'string' ? line : line.text));
const plan = rollbackPlan(servicePlan({ targets: [codeDeployPlan(), stackPlan()] }));

/** The lines of a plan with one target, commands of several lines as one. */
function linesOf(target: TargetPlan): string[] {
  const lines = finish(rollbackPlan(servicePlan({ targets: [target] })), [], from);
  return lines
    .join('\n')
    .replaceAll(/ \\\n +/g, ' ')
    .split('\n');
}

it('names every target of a service that was not reached', () => {
  const lines = finish(plan, [], from);
  expect(lines.filter((line) => line.startsWith('orders, '))).toEqual([
    'orders, CreateOrder:live',
    'orders, stack',
  ]);
});

it('gives the common commands of two targets once', () => {
  const targets = [stackPinPlan(), stackPlan()];
  const text = finish(rollbackPlan(servicePlan({ targets })), [], from).join('\n');
  expect(text.split('Look at the status of the stack')).toHaveLength(2);
  expect(text).toContain('Then pin it.');
  expect(text).toContain('Then the rest of the saved template');
});

it('leaves out restored targets', () => {
  const done = serviceResult({
    targets: [{ target: 'CreateOrder:live', status: 'restored', action: '' }],
  });
  const lines = finish(plan, [done], from);
  expect(lines.join('\n')).not.toContain('update-alias');
  expect(lines[0]).toBe('orders, stack');
});

it('is empty when everything is back', () => {
  const done = serviceResult({
    targets: [
      { target: 'CreateOrder:live', status: 'restored', action: '' },
      { target: 'stack', status: 'restored', action: '' },
    ],
  });
  expect(finish(plan, [done], from)).toEqual([]);
});

it('names no target in part where there are many', () => {
  const many = Array.from({ length: 60 }, (_, n) =>
    lambdaAliasPlan({ target: `F${n}:live`, function: `f-${n}` }),
  );
  const lines = finish(rollbackPlan(servicePlan({ targets: many })), [], from);
  const named = lines.filter((line) => line.startsWith('orders, '));
  expect(lines.length).toBeLessThanOrEqual(201);
  expect(lines.at(-1)).toBe(`and ${60 - named.length} more targets`);
  expect(lines.at(-2)).toBe(`    --routing-config '{"AdditionalVersionWeights":{}}'`);
});

it('breaks a command where it is wider than a mail, and nowhere else', () => {
  const lines = finish(rollbackPlan(servicePlan({ targets: [lambdaAliasPlan()] })), [], from);
  expect(lines).toEqual([
    'orders, CreateOrder:live',
    'Point the alias back:',
    String.raw`  aws lambda update-alias --region eu-west-1 \ `.trimEnd(),
    String.raw`    --function-name shop-orders-CreateOrder-AB12 --name live \ `.trimEnd(),
    `    --function-version 4 --routing-config '{"AdditionalVersionWeights":{}}'`,
  ]);
});

it('stops the deployment of an alias before it points the alias', () => {
  expect(linesOf(codeDeployPlan())).toEqual([
    'orders, CreateOrder:live',
    'If its deployment still runs:',
    '  aws deploy stop-deployment --region eu-west-1 --deployment-id d-ORDERS005 --auto-rollback-enabled',
    'If that does not put it back:',
    expect.stringContaining('  aws lambda update-alias --region eu-west-1 '),
  ]);
});

/** The undone release is the last state of a stack that is not pinned. */
const keepingAliases = [
  'If it is UPDATE_ROLLBACK_FAILED at an alias. It leaves users where they are:',
  '  failed_aliases=$(aws cloudformation describe-stack-resources --region eu-west-1 --stack-name shop-orders ' +
    String.raw`--query 'StackResources[?ResourceType=='\''AWS::Lambda::Alias'\'' && ResourceStatus=='\''UPDATE_FAILED'\''].LogicalResourceId' ` +
    '--output text) && [ -n "$failed_aliases" ] && aws cloudformation continue-update-rollback --region eu-west-1 ' +
    '--resources-to-skip $(echo "$failed_aliases") --stack-name shop-orders',
];
const looking = [
  'Look at the status of the stack:',
  "  aws cloudformation describe-stacks --region eu-west-1 --stack-name shop-orders --query 'Stacks[0].StackStatus' --output text",
  'If it is UPDATE_FAILED. It deletes what the update made:',
  '  aws cloudformation rollback-stack --region eu-west-1 --stack-name shop-orders',
];
const resume = '  aws cloudformation continue-update-rollback --region eu-west-1';

it('gives the commands that bring a stack to a stable state, last without the resources that the catalog lets it skip', () => {
  expect(linesOf(stackPlan({ skipResources: ['Migration', 'Queue'] })).slice(1, 11)).toEqual([
    ...looking,
    ...keepingAliases,
    'If it is UPDATE_ROLLBACK_FAILED elsewhere:',
    `${resume} --stack-name shop-orders`,
    'If it is UPDATE_ROLLBACK_FAILED again. It leaves as they are what the catalog lets stay:',
    `${resume} --resources-to-skip Migration Queue --stack-name shop-orders`,
  ]);
});

it('continues with the whole rollback of a stack that rolls itself back, and updates nothing', () => {
  const { snapshot: _, ...bare } = stackPlan();
  expect(linesOf({ ...bare, waitOnly: true })).toEqual([
    'orders, stack',
    ...looking,
    'If it is UPDATE_ROLLBACK_FAILED:',
    `${resume} --stack-name shop-orders`,
  ]);
});

it('leaves the rest of a stack to the command that reads its changes', () => {
  const lines = linesOf(stackPlan());
  expect(lines.slice(-2)).toEqual([
    'Then the rest of the saved template, over no data, with what the pin took out. It shows the change, and asks:',
    '  rollback-coordinator converge orders --environment prod --region eu-west-1',
  ]);
  // Applying the saved template unchanged would delete the release's additions.
  expect(lines.join('\n')).not.toContain('update-stack');
});

const throughFile = `  (found=$(mktemp) && trap 'rm -f "$found"' EXIT && `;

it('gives the update that pins a stack, with every parameter unchanged', () => {
  expect(linesOf(stackPinPlan()).slice(-4)).toEqual([
    'Then pin it. It shows the change, and asks:',
    '  rollback-coordinator converge orders --pin-only --environment prod --region eu-west-1',
    'Or, where that command is not installed:',
    throughFile +
      'aws cloudformation describe-stacks --region eu-west-1 --stack-name shop-orders ' +
      "--query 'Stacks[0].{Parameters: (Parameters || `[]`)[].{ParameterKey: ParameterKey, UsePreviousValue: `true`}}' " +
      '--output json > "$found" && aws cloudformation update-stack --region eu-west-1 --stack-name shop-orders ' +
      '--template-url https://bucket/templates/pins/orders-20260105T090000Z/1/shop-orders.template ' +
      '--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --cli-input-json "file://$found")',
  ]);
});

it('pins a stack without its rollback triggers, which would be in ALARM', () => {
  const triggers = { alarms: [{ arn: 'arn:alarm', type: 'AWS::CloudWatch::Alarm' }], minutes: 5 };
  const lines = linesOf(stackPinPlan({ triggers }));
  expect(lines.at(-2)).toContain('which also takes its rollback triggers out:');
  expect(lines.at(-1)).toContain(
    ` --rollback-configuration '{"RollbackTriggers":[],"MonitoringTimeInMinutes":0}' `,
  );
});

it('writes a parameter again without showing its value', () => {
  const secret = { name: '/orders/token', fromVersion: 9, toVersion: 7, tier: 'Standard' as const };
  const one = parameterPlan({ parameters: [{ ...secret, type: 'SecureString', keyId: 'alias/shop' }] });
  expect(linesOf(one).slice(1)).toEqual([
    'Write version 7 of /orders/token once more:',
    throughFile +
      'aws ssm get-parameter --region eu-west-1 --name /orders/token:7 --with-decryption ' +
      '--query \'Parameter.{Value: Value}\' --output json > "$found" && aws ssm put-parameter --region eu-west-1 --name /orders/token ' +
      '--type SecureString --tier Standard --key-id alias/shop --overwrite --cli-input-json "file://$found")',
  ]);
});

it('invokes a hook with its own event', () => {
  const command = linesOf(hookPlan()).at(-1) ?? '';
  expect(command).toMatch(
    / \| aws lambda invoke --region eu-west-1 --function-name RollbackHook_orders .* \/dev\/stdout$/,
  );
  expect(JSON.parse(/printf %s '(.*)' \|/.exec(command)?.[1] ?? '')).toMatchObject({
    service: 'orders',
    when: 'before',
    idempotencyToken: expect.stringContaining('/orders/RollbackHook_orders/before'),
  });
});

it('ends the canary of a stage of a REST API too', () => {
  const place = '  aws apigateway update-stage --region eu-west-1 --rest-api-id a1 --stage-name prod';
  const stage = { target: 'a1/prod', api: 'a1', stage: 'prod', toDeployment: 'd1' };
  expect(linesOf(apiStagePlan({ ...stage, protocol: 'rest' })).slice(1)).toEqual([
    'Point the stage back:',
    `${place} --patch-operations '[{"op":"replace","path":"/deploymentId","value":"d1"}]'`,
    'If a canary of the stage takes a part of its requests, end it:',
    `${place} --patch-operations '[{"op":"remove","path":"/canarySettings"}]'`,
  ]);
});

it('turns off automatic deployment of a stage of an HTTP API, which could not be pointed back with it', () => {
  const stage = { target: 'a1/$default', api: 'a1', stage: '$default', toDeployment: 'd1' };
  expect(linesOf(apiStagePlan({ ...stage, protocol: 'http' })).at(-1)).toBe(
    "  aws apigatewayv2 update-stage --region eu-west-1 --api-id a1 --stage-name '$default' --deployment-id d1 --no-auto-deploy",
  );
});

it('gives a rule its weights back', () => {
  const place = { target: 'rule-1', service: 'svc-1', listener: 'listener-1', rule: 'rule-1' };
  const toWeights = [{ targetGroup: 'tg-1', weight: 100 }];
  expect(linesOf({ kind: 'mesh', phase: 'traffic', ...place, fromWeights: [], toWeights }).at(-1)).toBe(
    '  aws vpc-lattice update-rule --region eu-west-1 --service-identifier svc-1 --listener-identifier listener-1 ' +
      `--rule-identifier rule-1 --action '{"forward":{"targetGroups":[{"targetGroupIdentifier":"tg-1","weight":100}]}}'`,
  );
});
