import { finishByHand } from '../../../../shared/mail/finish-by-hand.ts';
import {
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

const url = (key: string) => `https://bucket/${key}`;
const plan = rollbackPlan(servicePlan({ targets: [codeDeployPlan(), stackPlan()] }));

it('names every target of a service that was not reached', () => {
  const lines = finishByHand(plan, [], url);
  expect(lines.filter((line) => line.startsWith('# orders, '))).toEqual([
    '# orders, CreateOrder:live',
    '# orders, stack',
  ]);
});

it('leaves out what is back', () => {
  const done = serviceResult({
    targets: [{ target: 'CreateOrder:live', status: 'restored', action: '' }],
  });
  const lines = finishByHand(plan, [done], url);
  expect(lines.join('\n')).not.toContain('update-alias');
  expect(lines[0]).toBe('# orders, stack');
});

it('says nothing when everything is back', () => {
  const done = serviceResult({
    targets: [
      { target: 'CreateOrder:live', status: 'restored', action: '' },
      { target: 'stack', status: 'restored', action: '' },
    ],
  });
  expect(finishByHand(plan, [done], url)).toEqual([]);
});

it('clears the weights of an alias along with pointing it back', () => {
  const one = rollbackPlan(servicePlan({ targets: [lambdaAliasPlan()] }));
  const { function: name, toVersion } = lambdaAliasPlan();
  expect(finishByHand(one, [], url)[1]).toBe(
    `aws lambda update-alias --function-name ${name} --name live --function-version ${toVersion} ` +
      '--routing-config AdditionalVersionWeights={}',
  );
});

it('gives what brings a stack to rest, without what the catalog lets stay last', () => {
  const one = rollbackPlan(servicePlan({ targets: [stackPlan({ skipResources: ['Migration', 'Queue'] })] }));
  const resume = 'aws cloudformation continue-update-rollback --stack-name shop-orders';
  expect(finishByHand(one, [], url).slice(2, 5)).toEqual([
    'aws cloudformation rollback-stack --stack-name shop-orders   # if it is UPDATE_FAILED; deletes what its update made',
    `${resume}   # if it is UPDATE_ROLLBACK_FAILED`,
    `${resume} --resources-to-skip Migration Queue   # if it is again: leaves these as they are`,
  ]);
});

it('leaves the rest of a stack to the command that reads what would change', () => {
  const one = rollbackPlan(servicePlan({ targets: [stackPlan()] }));
  const lines = finishByHand(one, [], url);
  expect(lines.at(-1)).toBe(
    'npx rollback-coordinator converge orders   # from a clone of the coordinator: the rest of the saved template, over no data; brings back what the pin took out',
  );
  // To apply the saved template as it is would delete what the release added.
  expect(lines.join('\n')).not.toContain('update-stack');
});

it('gives the update that pins a stack, with every parameter as it is', () => {
  const one = rollbackPlan(servicePlan({ targets: [stackPinPlan({ skipResources: ['Queue'] })] }));
  const resume = 'aws cloudformation continue-update-rollback --stack-name shop-orders';
  expect(finishByHand(one, [], url)).toEqual([
    '# orders, stack pin',
    "aws cloudformation describe-stacks --stack-name shop-orders --query 'Stacks[0].StackStatus'",
    'aws cloudformation rollback-stack --stack-name shop-orders   # if it is UPDATE_FAILED; deletes what its update made',
    `${resume}   # if it is UPDATE_ROLLBACK_FAILED`,
    `${resume} --resources-to-skip Queue   # if it is again: leaves these as they are`,
    'npx rollback-coordinator converge orders --pin-only   # from a clone of the coordinator: shows the change, and asks',
    '# or, where there is no clone:',
    'aws cloudformation update-stack --stack-name shop-orders ' +
      '--template-url https://bucket/templates/pins/orders-20260105T090000Z/1/shop-orders.template ' +
      '--capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM --parameters ' +
      '$(aws cloudformation describe-stacks --stack-name shop-orders --output text ' +
      `--query "Stacks[0].Parameters[].join('', ['ParameterKey=', ParameterKey, ',UsePreviousValue=true'])")` +
      '   # pins it; leave out --parameters where it has none',
  ]);
});

it('looks after a stack that is only waited for, and updates nothing', () => {
  const { snapshot: _, ...bare } = stackPlan();
  const one = rollbackPlan(servicePlan({ targets: [{ ...bare, waitOnly: true }] }));
  expect(finishByHand(one, [], url).join('\n')).not.toContain('update-stack');
});

it('writes a parameter again without showing its value', () => {
  const secret = { name: '/orders/token', fromVersion: 9, toVersion: 7, tier: 'Standard' as const };
  const one = parameterPlan({ parameters: [{ ...secret, type: 'SecureString', keyId: 'alias/shop' }] });
  expect(finishByHand(rollbackPlan(servicePlan({ targets: [one] })), [], url)[1]).toBe(
    'aws ssm put-parameter --name /orders/token --type SecureString --tier Standard --key-id alias/shop --overwrite ' +
      '--value "$(aws ssm get-parameter --name /orders/token:7 --with-decryption --query Parameter.Value --output text)"',
  );
});

it('asks a hook with its own event', () => {
  const [, command = ''] = finishByHand(rollbackPlan(servicePlan({ targets: [hookPlan()] })), [], url);
  expect(command).toMatch(/^aws lambda invoke --function-name RollbackHook_orders .* \/dev\/stdout$/);
  expect(JSON.parse(/--payload '(.*)'/.exec(command)?.[1] ?? '')).toMatchObject({
    service: 'orders',
    when: 'before',
    idempotencyToken: expect.stringContaining('/orders/RollbackHook_orders/before'),
  });
});

it.each(['rest', 'http'] as const)('puts a stage of a %s API on its deployment', (protocol) => {
  const place = { protocol, target: 'a1/prod', api: 'a1', stage: 'prod' };
  const stage = { kind: 'api-stage', phase: 'traffic', fromDeployment: 'd2', toDeployment: 'd1' } as const;
  const one = servicePlan({ targets: [{ ...stage, ...place }] });
  expect(finishByHand(rollbackPlan(one), [], url)[1]).toBe(
    {
      rest: 'aws apigateway update-stage --rest-api-id a1 --stage-name prod --patch-operations op=replace,path=/deploymentId,value=d1',
      http: "aws apigatewayv2 update-stage --api-id a1 --stage-name 'prod' --deployment-id d1",
    }[protocol],
  );
});

it('gives a rule its weights back', () => {
  const place = { target: 'rule-1', service: 'svc-1', listener: 'listener-1', rule: 'rule-1' };
  const toWeights = [{ targetGroup: 'tg-1', weight: 100 }];
  const one = servicePlan({
    targets: [{ kind: 'mesh', phase: 'traffic', ...place, fromWeights: [], toWeights }],
  });
  expect(finishByHand(rollbackPlan(one), [], url)[1]).toBe(
    'aws vpc-lattice update-rule --service-identifier svc-1 --listener-identifier listener-1 --rule-identifier rule-1 ' +
      `--action '{"forward":{"targetGroups":[{"targetGroupIdentifier":"tg-1","weight":100}]}}'`,
  );
});
