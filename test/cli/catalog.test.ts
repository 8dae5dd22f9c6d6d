import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  CodeDeployClient,
  ListApplicationsCommand,
  ListDeploymentGroupsCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { parse, stringify } from 'yaml';
import { parseServiceEntry } from '../../shared/catalog/parse-service-entry.ts';
import { runCommand } from './run-command.ts';
import { coordinatorStack, noSuchStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
const codeDeploy = mockClient(CodeDeployClient);
const ssm = mockClient(SSMClient);
let folder: string;
let terminal: TerminalDouble;

beforeEach(() => {
  for (const mock of [cloudFormation, cloudWatch, codeDeploy, lambda, ssm]) mock.reset();
  folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  terminal = new TerminalDouble();
  stack('rollback-coordinator-prod', coordinatorStack);
  for (const name of ['orders', 'payment', 'stock']) stack(`shop-${name}`, withRole());
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
  cloudWatch.on(ListAlarmMuteRulesCommand).resolves({});
  parameters({});
  for (const name of ['orders', 'payment', 'stock']) resources(`shop-${name}`, 'Fn', 'live');
  lambda.on(GetAliasCommand).rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
  ssm.on(PutParameterCommand).resolves({ Version: 7 });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The stack has one function with one alias. */
const resources = (StackName: string, logicalId: string, alias: string) =>
  cloudFormation.on(ListStackResourcesCommand, { StackName }).resolves({
    StackResourceSummaries: [
      ['AWS::Lambda::Function', logicalId, `${StackName}-${logicalId}`],
      [
        'AWS::Lambda::Alias',
        `${logicalId}Alias`,
        `arn:aws:lambda:eu-west-1:1:function:${StackName}-${logicalId}:${alias}`,
      ],
    ].map(([ResourceType, LogicalResourceId, PhysicalResourceId]) => ({
      ResourceType,
      LogicalResourceId,
      PhysicalResourceId,
      LastUpdatedTimestamp: new Date(0),
      ResourceStatus: 'UPDATE_COMPLETE' as const,
    })),
  });
const stack = (StackName: string, answer: object) =>
  cloudFormation.on(DescribeStacksCommand, { StackName }).resolves(answer);
const withRole = (changes: object = { RoleARN: 'arn:aws:iam::111122223333:role/deploy' }) => ({
  Stacks: [
    { StackName: 'x', CreationTime: new Date(0), StackStatus: 'UPDATE_COMPLETE' as const, ...changes },
  ],
});
const parameters = (values: Record<string, string>) =>
  ssm.on(GetParametersByPathCommand).resolves({
    Parameters: Object.entries(values).map(([service, Value]) => ({
      Name: `/rollback-coordinator/prod/services/${service}`,
      Value,
    })),
  });
const entry = (service: string, changes: object = {}) => ({
  version: 1,
  service,
  stack: `shop-${service}`,
  targets: [{ kind: 'codedeploy', function: 'Fn' }, { kind: 'cloudformation' }],
  ...changes,
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : stringify(content));
  return path;
}
const run = (...argv: string[]) => runCommand(['catalog', ...argv], terminal);
const puts = () => ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);

/** An entry with one alias. */
const alias = (target: object) =>
  entry('orders', { targets: [{ kind: 'codedeploy', function: 'Fn', ...target }] });

describe('catalog validate', () => {
  it('finds no problem in good entries, without calling the account', async () => {
    file('orders.yaml', entry('orders', { dependsOn: ['payment'] }));
    file('rest.json', JSON.stringify({ services: [entry('payment'), entry('stock')] }));
    file('README.md', 'not an entry');
    await expect(run('validate', folder)).resolves.toBe(0);
    expect(terminal.lines).toEqual([
      '3 entries read, 0 errors, 0 notes',
      'Not checked: alarms, functions, stacks, services that no file has; --online asks the account.',
    ]);
    expect(cloudFormation.calls()).toHaveLength(0);
  });

  it.each([
    ['version: 2\nservice: orders', 'version: must be 1'],
    [entry('orders', { policy: { limits: { errorRate: 5 } } }), 'policy.limits.errorRate: must be at most 1'],
    [entry('orders', { polcy: {} }), 'polcy: is not a known field'],
    [entry('orders', { owners: [] }), 'owners: '],
    [entry('orders', { policy: { autonomy: 'ask' } }), 'policy.autonomy: '],
    ['{', 'it is neither JSON nor YAML'],
    ['', 'input: '],
    [`${stringify(entry('orders'))}# ${'ü'.repeat(4100)}`, 'bytes; an advanced parameter holds 8192'],
    [
      entry('orders', { stack: 'arn:aws:cloudformation:eu-west-1:1:stack/shop/1' }),
      'write the stack\'s name, "shop"',
    ],
    ['service: !Ref Orders', '!Ref is a tag that nobody resolves here'],
    [
      alias({ function: 'arn:aws:lambda:eu-west-1:111122223333:function:Fn:live' }),
      'is an ARN: write the function',
    ],
    [alias({ function: 'Fn:live' }), 'targets.0.function: is a function with an alias or version'],
    [alias({ function: 'Nested.Fn' }), 'targets.0.function: is the path of a function in a nested stack'],
    [alias({ function: ' ' }), 'targets.0.function: must be the name of a function'],
    [alias({ alias: '$LATEST' }), 'targets.0.alias: is the code that was never published'],
    [alias({ alias: '12' }), 'targets.0.alias: is a version, and no alias'],
    [alias({ alias: ' ' }), 'targets.0.alias: must be the name of an alias'],
    [entry('orders', { policy: { alarms: ['a\u202eb'] } }), 'policy.alarms.0: must be the name of an alarm'],
    [
      entry('orders', { policy: { alarms: ['arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors'] } }),
      'policy.alarms.0: is an ARN: write the alarm\'s name, "errors"',
    ],
    [entry('orders', { owners: ['\u2800'] }), 'owners.0: must not be blank'],
    [
      entry('orders', { policy: { irreversible: 'a\u0007b' } }),
      'policy.irreversible: must be one line of plain text',
    ],
    [
      entry('orders', { policy: { limits: { errorRate: 1 } } }),
      'policy.limits.errorRate: can never be reached',
    ],
    [
      entry('orders', { policy: { limits: { slow: { overMs: 900_000 } } } }),
      'slow.overMs: can never be reached',
    ],
  ])('refuses %j by path and reason', async (content, reason) => {
    const path = file('orders.yaml', content);
    await expect(run('validate', path)).resolves.toBe(1);
    expect(terminal.lines[1]).toMatch(/^error /);
    expect(terminal.lines[1]).toContain(path);
    expect(terminal.lines[1]).toContain(reason);
  });

  it('accepts an entry that needs an advanced parameter, and says so', async () => {
    await expect(
      run('validate', file('a.yaml', `${stringify(entry('orders'))}# ${'x'.repeat(4096)}`)),
    ).resolves.toBe(0);
    expect(terminal.lines[1]).toContain('above 4096 it takes an advanced parameter');
  });

  it('finds targets that two services own', async () => {
    const parts = [{ kind: 'parameter', name: '/shared/limit' }, { kind: 'cloudformation' }];
    file('a.yaml', entry('orders', { targets: parts }));
    file(
      'b.yaml',
      entry('payment', { targets: [{ kind: 'parameter', path: '/shared' }, { kind: 'cloudformation' }] }),
    );
    await expect(run('validate', folder)).resolves.toBe(1);
    expect(terminal.lines[1]).toContain('targets.0: parameters below /shared are a target of orders already');
  });

  it('counts bytes and not letters: an entry that just fits is good', async () => {
    const text = `${stringify(entry('orders'))}# `;
    const fill = 8192 - Buffer.byteLength(text);
    await expect(run('validate', file('a.yaml', text + 'x'.repeat(fill)))).resolves.toBe(0);
    await expect(run('validate', file('a.yaml', text + 'x'.repeat(fill + 1)))).resolves.toBe(1);
  });

  it('finds unknown service names, with the nearest known one', async () => {
    file('a.yaml', entry('orders', { dependsOn: ['stock', { service: 'paymnt' }] }));
    file('b.yaml', entry('payment'));
    file('c.yaml', entry('stock'));
    await expect(run('validate', folder)).resolves.toBe(1);
    expect(terminal.text).toContain('dependsOn.1: there is no service "paymnt"; did you mean "payment"?');
    expect(terminal.text).toContain('3 entries read, 1 errors, 0 notes');
  });

  it('does not call a service unknown if its own file cannot be read', async () => {
    file('a.yaml', entry('orders', { dependsOn: ['payment'] }));
    file('b.yaml', entry('payment', { version: 2 }));
    await expect(run('validate', folder)).resolves.toBe(1);
    expect(terminal.text).not.toContain('there is no service');
  });

  it('names cycles, which are allowed', async () => {
    file('a.yaml', entry('orders', { dependsOn: ['payment'] }));
    file('b.yaml', entry('payment', { dependsOn: ['orders'] }));
    await expect(run('validate', folder)).resolves.toBe(0);
    expect(terminal.text).toContain(
      'orders -> payment -> orders is a circle: orders, payment go back together',
    );
  });

  it('finds services named twice, and stacks of two services', async () => {
    const path = file('a.yaml', {
      services: [entry('orders'), entry('orders'), entry('stock', { stack: 'shop-orders' })],
    });
    await expect(run('validate', path)).resolves.toBe(1);
    expect(terminal.text).toContain('service: "orders" has an entry already');
    expect(terminal.text).toContain('stack: "shop-orders" is the stack of orders');
  });

  it('names a stack that no target would restore', async () => {
    const targets = [{ kind: 'codedeploy', function: 'Fn' }];
    await expect(run('validate', file('a.yaml', entry('orders', { targets })))).resolves.toBe(0);
    expect(terminal.text).toContain('has no way back for the stack "shop-orders"');
  });

  it('checks against the account with --online: alarms, stacks, and the services already there', async () => {
    stack('shop-payment', withRole({}));
    cloudFormation.on(DescribeStacksCommand, { StackName: 'shop-stock' }).rejects(noSuchStack('shop-stock'));
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({ MetricAlarms: [{ AlarmName: 'orders-errors', StateValue: 'OK' }] });
    parameters({ search: 'whatever' });
    const policy = { alarms: ['orders-errors', 'orders-slow'] };
    file('a.yaml', entry('orders', { policy, dependsOn: ['search'] }));
    file('b.yaml', entry('payment'));
    file('c.yaml', entry('stock'));
    await expect(run('validate', folder, '--online')).resolves.toBe(1);
    expect(terminal.text).toContain('policy.alarms.1: CloudWatch has no alarm "orders-slow"');
    expect(terminal.text).toContain(
      'targets.1: is only pinned in a rollback: the stack "shop-payment" was deployed without',
    );
    expect(terminal.text).toContain('targets.1: there is no stack "shop-stock"');
    expect(terminal.text).toContain('3 entries read, 2 errors, 1 notes');
    expect(terminal.text).not.toContain('Not checked');
  });

  it('reports with --online alarms that are mistyped, blind or muted', async () => {
    const AlarmMuteRuleArn = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:night';
    cloudWatch.on(ListAlarmMuteRulesCommand).resolves({ AlarmMuteRuleSummaries: [{ AlarmMuteRuleArn }] });
    cloudWatch.on(ListAlarmMuteRulesCommand, { AlarmName: 'orders-blind' }).resolves({});
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        {
          AlarmName: 'orders-blind',
          StateValue: 'INSUFFICIENT_DATA',
          StateTransitionedTimestamp: new Date(0),
        },
      ],
      LogAlarms: [{ AlarmName: 'orders-errors', StateValue: 'OK', StateTransitionedTimestamp: new Date(0) }],
    });
    file('a.yaml', entry('orders', { policy: { alarms: ['orders-eror', 'orders-blind', 'orders-errors'] } }));
    await expect(run('validate', folder, '--online')).resolves.toBe(1);
    expect(terminal.text).toContain(
      'policy.alarms.0: CloudWatch has no alarm "orders-eror"; did you mean "orders-errors"?',
    );
    expect(terminal.text).toContain(
      'policy.alarms.1: the alarm "orders-blind" has had no data since 1970-01-01',
    );
    expect(terminal.text).toContain('policy.alarms.2: the alarm "orders-errors" is muted by the rule night');
    expect(terminal.text).toContain('1 entries read, 1 errors, 2 notes');
  });

  it('checks against the account with --online the functions that would be called', async () => {
    stack('shop-orders', withRole({ RoleARN: 'arn:role' }));
    lambda
      .on(GetFunctionConfigurationCommand)
      .rejects(new ResourceNotFoundException({ message: 'not found', $metadata: {} }));
    lambda
      .on(GetFunctionConfigurationCommand, { FunctionName: 'HealthCheck_there' })
      .resolves({ State: 'Active' });
    const healthChecks = ['HealthCheck_there', 'HealthCheck_orders'].map((name) => ({ function: name }));
    const hook = { kind: 'hook', function: 'RollbackHook_orders', when: 'before' };
    file(
      'a.yaml',
      entry('orders', { policy: { healthChecks }, targets: [hook, { kind: 'cloudformation' }] }),
    );
    await expect(run('validate', folder, '--online')).resolves.toBe(1);
    expect(terminal.text).toContain('policy.healthChecks.1: there is no function "HealthCheck_orders"');
    expect(terminal.text).toContain('targets.0: there is no function "RollbackHook_orders"');
    expect(terminal.text).toContain('2 errors');
  });

  it('shows with --online the meaning of each target, and the rest of the stack', async () => {
    resources('shop-orders', 'Fn', 'Live');
    resources('shop-payment', 'Fn', 'live');
    file('a.yaml', entry('orders'));
    file('b.yaml', entry('payment', { targets: [{ kind: 'cloudformation' }] }));
    await expect(run('validate', folder, '--online')).resolves.toBe(1);
    expect(terminal.text).toContain('targets.0: there is no alias "Fn:live"; did you mean "Fn:Live"?');
    expect(terminal.text).toMatch(/orders +stack +Fn:Live +shop-orders-Fn:Live, by its stack/);
    expect(terminal.text).toMatch(/payment +stack +Fn:live +shop-payment-Fn:live, by its stack/);
  });

  it.each([
    [
      'application',
      { application: 'shop-*Applicaton-*' },
      'there is no CodeDeploy application "shop-*Applicaton-*"',
    ],
    [
      'group',
      { deploymentGroup: 'shop-Fn-groop' },
      'no deployment group "shop-Fn-groop" in application shop-Application-1; did you mean "shop-Fn-group"?',
    ],
  ])('finds with --online a deployment %s that matches nothing', async (_, changes, reason) => {
    codeDeploy.on(ListApplicationsCommand).resolves({ applications: ['shop-Application-1'] });
    codeDeploy.on(ListDeploymentGroupsCommand).resolves({ deploymentGroups: ['shop-Fn-group'] });
    const targets = (more: object) => [
      { kind: 'codedeploy', function: 'Fn', ...more },
      { kind: 'cloudformation' },
    ];
    const path = file('a.yaml', entry('orders', { targets: targets(changes) }));
    await expect(run('validate', path, '--online')).resolves.toBe(1);
    expect(terminal.text).toContain(`targets.0: ${reason}`);
    file(
      'a.yaml',
      entry('orders', { targets: targets({ application: 'shop-*', deploymentGroup: '*-group' }) }),
    );
    await expect(run('validate', path, '--online')).resolves.toBe(0);
    expect(terminal.text).toContain('moved by deployments of shop-Application-1/shop-Fn-group');
  });

  it('answers as JSON', async () => {
    const path = file('a.yaml', entry('orders', { dependsOn: ['x'] }));
    await expect(run('validate', path, '--json')).resolves.toBe(1);
    expect(JSON.parse(terminal.text)).toEqual({
      good: false,
      services: [{ file: path, service: 'orders' }],
      findings: [
        {
          file: path,
          service: 'orders',
          severity: 'error',
          path: 'dependsOn.0',
          reason: 'there is no service "x"',
        },
      ],
      notChecked: ['alarms', 'functions', 'stacks', 'services that no file has'],
    });
  });

  it.each([
    [['nowhere.yaml'], 'nowhere.yaml: there is no such file or folder'],
    [[], 'the folder has no .yaml, .yml or .json file'],
  ])('cannot read %j', async (paths, message) => {
    await expect(run('validate', ...(paths.length > 0 ? paths : [folder]))).resolves.toBe(2);
    expect(terminal.errors.join()).toContain(message);
  });
});

describe('catalog push', () => {
  it('writes the changed entries as in the file, and prints the versions', async () => {
    const text = `# kept\n${stringify(entry('orders'))}`;
    parameters({ payment: stringify(entry('payment')) });
    file('a.yaml', text);
    file('b.yaml', entry('payment'));
    file('c.yaml', { services: [entry('stock')] });
    await expect(run('push', folder)).resolves.toBe(0);
    expect(puts()).toEqual([
      { Name: '/rollback-coordinator/prod/services/orders', Value: text, Type: 'String', Overwrite: true },
      {
        Name: '/rollback-coordinator/prod/services/stock',
        Value: stringify(entry('stock')),
        Type: 'String',
        Overwrite: true,
      },
    ]);
    expect(terminal.lines.map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['SERVICE', 'RESULT', 'VERSION'],
      ['orders', 'written', '7'],
      ['payment', 'unchanged', '-'],
      ['stock', 'written', '7'],
    ]);
    // Three writes a second.
    expect(terminal.sleeps).toEqual([400]);
  });

  it('writes nothing where any entry has a problem', async () => {
    file('a.yaml', entry('orders'));
    file('b.yaml', entry('payment', { dependsOn: ['nobody'] }));
    await expect(run('push', folder)).resolves.toBe(1);
    expect(puts()).toEqual([]);
    expect(terminal.errors).toEqual(['Nothing was written: mend the errors and push again.']);
  });

  it('lists the entries written when a later write fails', async () => {
    ssm
      .on(PutParameterCommand, { Name: '/rollback-coordinator/prod/services/payment' })
      .rejects(Object.assign(new Error('not yours'), { name: 'AccessDeniedException' }));
    file('a.yaml', entry('orders'));
    file('b.yaml', entry('payment'));
    await expect(run('push', folder)).resolves.toBe(2);
    expect(terminal.errors.join('\n')).toContain(
      '/rollback-coordinator/prod/services/payment could not be written: AccessDeniedException: not yours\nWritten before it: orders.',
    );
  });

  it('says that there is no coordinator, where, and what to do', async () => {
    cloudFormation
      .on(DescribeStacksCommand, { StackName: 'rollback-coordinator-dev' })
      .rejects(noSuchStack('rollback-coordinator-dev'));
    await expect(run('push', folder, '--environment', 'dev', '--region', 'eu-north-1')).resolves.toBe(2);
    expect(terminal.errors).toEqual([
      "There is no stack rollback-coordinator-dev in eu-north-1. Name the coordinator's stack with --stack, or another Region with --region.",
    ]);
  });
});

it.each([
  ['validate', 1],
  ['push', 1],
  ['diff', 2],
])('catalog %s answers as JSON with the problem', async (command, status) => {
  file('a.yaml', entry('orders', { version: 2 }));
  await expect(run(command, folder, '--json')).resolves.toBe(status);
  expect(JSON.parse(terminal.text).findings).toMatchObject([{ service: 'orders', severity: 'error' }]);
});

describe('catalog diff', () => {
  const path = '/rollback-coordinator/prod/services';

  it('shows each field that would change, and entries without a file', async () => {
    parameters({
      [`${path}/orders`]: stringify(entry('orders', { policy: { alarms: ['a'] } })),
      [`${path}/payment`]: stringify(entry('payment')),
      [`${path}/gone`]: stringify(entry('gone')),
    });
    file('a.yaml', entry('orders', { policy: { alarms: ['b'], limits: { errorRate: 0.01 } } }));
    file('b.yaml', entry('payment'));
    file('c.yaml', entry('stock'));
    await expect(run('diff', folder)).resolves.toBe(1);
    expect(terminal.lines).toEqual([
      'SERVICE  IS          FIELD                    IN PARAMETER STORE  IN THE FILES',
      'gone     in no file',
      'orders   changed     policy.alarms            ["a"]               ["b"]',
      'orders   changed     policy.limits.errorRate  -                   0.01',
      'stock    new',
      '1 of 4 entries are the same.',
    ]);
    expect(puts()).toEqual([]);
  });

  it('finds no change where the files equal the entries, and names changes of the text alone', async () => {
    parameters({ [`${path}/orders`]: stringify(entry('orders')) });
    file('a.yaml', entry('orders'));
    await expect(run('diff', folder)).resolves.toBe(0);
    file('a.yaml', `# ours\n${stringify(entry('orders'))}`);
    await expect(run('diff', folder, '--json')).resolves.toBe(1);
    const { differences } = JSON.parse(terminal.lines.at(-1) ?? '');
    expect(differences).toEqual([{ service: 'orders', is: 'changed', fields: [] }]);
  });

  it('compares nothing where a file has a problem', async () => {
    file('a.yaml', 'version: 2');
    await expect(run('diff', folder)).resolves.toBe(2);
    expect(terminal.errors).toEqual(['Nothing was compared: mend the errors first.']);
  });
});

describe('catalog suggest', () => {
  beforeEach(() => {
    const stackId = (name: string) => `arn:aws:cloudformation:eu-west-1:111122223333:stack/${name}/1`;
    cloudFormation.on(ListExportsCommand).resolves({
      Exports: [
        { Name: 'pay-url', Value: 'x', ExportingStackId: stackId('shop-payment') },
        { Name: 'vpc', Value: 'y', ExportingStackId: stackId('network') },
      ],
    });
    cloudFormation
      .on(ListImportsCommand, { ExportName: 'pay-url' })
      .resolves({ Imports: ['shop-prod-orders'] });
    cloudFormation.on(ListImportsCommand, { ExportName: 'vpc' }).resolves({ Imports: ['shop-prod-orders'] });
    parameters({ '/rollback-coordinator/prod/services/payment': stringify(entry('payment')) });
  });
  const has = (StackName: string, ids: Record<string, string>) =>
    cloudFormation.on(ListStackResourcesCommand, { StackName }).resolves({
      StackResourceSummaries: Object.entries(ids).map(([PhysicalResourceId, ResourceType], n) => ({
        ResourceType,
        LogicalResourceId: `R${n}`,
        PhysicalResourceId,
        LastUpdatedTimestamp: new Date(0),
        ResourceStatus: 'UPDATE_COMPLETE' as const,
      })),
    });
  const aliasArn = 'arn:aws:lambda:eu-west-1:111122223333:function:order:live';

  it('writes an entry that catalog validate accepts', async () => {
    has('shop-prod-orders', { [aliasArn]: 'AWS::Lambda::Alias', 'orders-errors': 'AWS::CloudWatch::Alarm' });
    await expect(run('suggest', 'shop-prod-orders')).resolves.toBe(0);
    expect(parse(terminal.text)).toEqual({
      version: 1,
      service: 'orders',
      stack: 'shop-prod-orders',
      dependsOn: ['payment'],
      policy: { alarms: ['orders-errors'] },
    });
    expect('entry' in parseServiceEntry(terminal.text)).toBe(true);
  });

  it('suggests none for a stack of a service, without an alias, or that does not exist', async () => {
    has('shop-none', { role: 'AWS::IAM::Role' });
    await expect(run('suggest', 'shop-payment', 'shop-none')).resolves.toBe(1);
    expect(terminal.lines).toEqual([]);
    expect(terminal.errors).toEqual([
      'shop-payment is the stack of payment already.',
      expect.stringContaining('shop-none has no alias'),
    ]);
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: 'shop-oders' })
      .rejects(noSuchStack('shop-oders'));
    cloudFormation.on(ListStacksCommand).resolves({
      StackSummaries: [
        { StackName: 'shop-orders', StackStatus: 'CREATE_COMPLETE', CreationTime: new Date(0) },
      ],
    });
    await expect(run('suggest', 'shop-oders')).resolves.toBe(2);
    expect(terminal.errors.at(-1)).toBe('There is no stack shop-oders; did you mean shop-orders?');
  });
});
