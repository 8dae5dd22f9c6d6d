import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { stringify } from 'yaml';
import { runCli } from '../../cli/run-cli.ts';
import { coordinatorStack, noSuchStack, TerminalDouble } from './terminal-double.ts';

const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
const ssm = mockClient(SSMClient);
let folder: string;
let terminal: TerminalDouble;

beforeEach(() => {
  for (const mock of [cloudFormation, cloudWatch, lambda, ssm]) mock.reset();
  folder = mkdtempSync(join(tmpdir(), 'catalog-'));
  terminal = new TerminalDouble();
  stack('rollback-coordinator-prod', coordinatorStack);
  for (const name of ['orders', 'payment', 'stock']) stack(`shop-${name}`, withRole());
  cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
  parameters({});
  ssm.on(PutParameterCommand).resolves({ Version: 7 });
});
afterEach(() => rmSync(folder, { recursive: true }));

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
const run = (...argv: string[]) => runCli(['catalog', ...argv], terminal);
const puts = () => ssm.commandCalls(PutParameterCommand).map(({ args }) => args[0].input);

describe('catalog validate', () => {
  it('finds nothing wrong with good entries, without asking the account', async () => {
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
    [`${stringify(entry('orders'))}# ${'ü'.repeat(2000)}`, 'bytes; a parameter holds 4096'],
  ])('refuses %j by path and reason', async (content, reason) => {
    const path = file('orders.yaml', content);
    await expect(run('validate', path)).resolves.toBe(1);
    expect(terminal.lines[0]).toMatch(/^error /);
    expect(terminal.lines[0]).toContain(path);
    expect(terminal.lines[0]).toContain(reason);
  });

  it('counts bytes and not letters: what just fits is good', async () => {
    const text = `${stringify(entry('orders'))}# `;
    const fill = 4096 - Buffer.byteLength(text);
    await expect(run('validate', file('a.yaml', text + 'x'.repeat(fill)))).resolves.toBe(0);
    await expect(run('validate', file('a.yaml', text + 'x'.repeat(fill + 1)))).resolves.toBe(1);
  });

  it('finds names of no service, with the nearest there is', async () => {
    file('a.yaml', entry('orders', { dependsOn: ['stock', { service: 'paymnt' }] }));
    file('b.yaml', entry('payment'));
    file('c.yaml', entry('stock'));
    await expect(run('validate', folder)).resolves.toBe(1);
    expect(terminal.text).toContain('dependsOn.1: there is no service "paymnt"; did you mean "payment"?');
    expect(terminal.text).toContain('3 entries read, 1 errors, 0 notes');
  });

  it('does not call a service unknown whose own file cannot be read', async () => {
    file('a.yaml', entry('orders', { dependsOn: ['payment'] }));
    file('b.yaml', entry('payment', { version: 2 }));
    await expect(run('validate', folder)).resolves.toBe(1);
    expect(terminal.text).not.toContain('there is no service');
  });

  it('names circles, which are allowed', async () => {
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

  it('names a stack that no target would put back', async () => {
    const targets = [{ kind: 'codedeploy', function: 'Fn' }];
    await expect(run('validate', file('a.yaml', entry('orders', { targets })))).resolves.toBe(0);
    expect(terminal.text).toContain('has no way back for the stack "shop-orders"');
  });

  it('asks the account with --online: alarms, stacks, and the services already there', async () => {
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

  it('asks the account with --online for the functions that would be asked', async () => {
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
  ])('cannot look at %j', async (paths, message) => {
    await expect(run('validate', ...(paths.length > 0 ? paths : [folder]))).resolves.toBe(2);
    expect(terminal.errors.join()).toContain(message);
  });
});

describe('catalog push', () => {
  it('writes what changed, as the file has it, and says the versions', async () => {
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
      ['orders', 'written', 'version 7'],
      ['payment', 'unchanged', '-'],
      ['stock', 'written', 'version 7'],
    ]);
    // Three writes a second.
    expect(terminal.sleeps).toEqual([400]);
  });

  it('writes nothing where anything is wrong with one', async () => {
    file('a.yaml', entry('orders'));
    file('b.yaml', entry('payment', { dependsOn: ['nobody'] }));
    await expect(run('push', folder)).resolves.toBe(1);
    expect(puts()).toEqual([]);
    expect(terminal.errors).toEqual(['Nothing was written: mend the errors and push again.']);
  });

  it('says what was written when a later write fails', async () => {
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
