import {
  CloudFormationClient,
  ListStackResourcesCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/compile-catalog/handler.ts';
import { parseCompiledCatalog } from '../../../shared/catalog/compiled-catalog.ts';
import { CatalogUnreadable, TransientFailure } from '../../../shared/errors.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled, validationError } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const path = '/rollback-coordinator/prod/services';
const yaml = `
version: 1
service: orders
stack: shop-orders
targets:
  - { kind: codedeploy, function: CreateOrder }
  - { kind: cloudformation }
policy: { alarms: [orders-errors] }
`;
const json = '{"version":1,"service":"billing","stack":"shop-billing","targets":[{"kind":"cloudformation"}]}';

const ssm = mockClient(SSMClient);
const sns = mockClient(SNSClient);
const cloudFormation = mockClient(CloudFormationClient);
let ledger: LedgerDouble;

beforeEach(() => {
  ssm.reset();
  sns.reset();
  cloudFormation.reset();
  cloudFormation.on(ListStackResourcesCommand).resolves({});
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
});

function parameters(values: Record<string, string>, Version = 1) {
  const all = Object.entries(values).map(([service, Value]) => {
    return { Name: `${path}/${service}`, Value, Version };
  });
  ssm.on(GetParametersByPathCommand).resolves({ Parameters: all });
  ssm.on(GetParametersCommand).callsFake(async ({ Names }: { Names: string[] }) => ({
    Parameters: all.filter(({ Name }) => Names.includes(Name)),
  }));
}

const changed = (service: string, operation = 'Update') => ({
  source: 'aws.ssm',
  'detail-type': 'Parameter Store Change',
  detail: { name: `${path}/${service}`, operation, type: 'String' },
});

const compiled = (stored: Map<string, string>) =>
  parseCompiledCatalog(stored.get('catalog/compiled.json') ?? '');

it('compiles parameters in YAML and JSON into one object, services in order', async () => {
  parameters({ orders: yaml, billing: json });
  const { stored } = mockBucket();
  await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 2, refused: 0 });
  expect(Object.keys(compiled(stored).services)).toEqual(['billing', 'orders']);
  expect(compiled(stored)).toMatchObject({
    compiledAt: iso(ledger.now),
    services: { orders: ordersEntry() },
  });
  expect(sns.calls()).toHaveLength(0);
});

describe('the aliases of a stack', () => {
  const shortest = 'version: 1\nservice: orders\nstack: shop-orders';
  const api = 'shop-orders-Api-AB12';
  const resource = (LogicalResourceId: string, ResourceType: string, PhysicalResourceId: string) =>
    ({ LogicalResourceId, ResourceType, PhysicalResourceId }) as StackResourceSummary;
  const found = {
    StackResourceSummaries: [
      resource('Api', 'AWS::Lambda::Function', api),
      resource(
        'ApiAliaslive',
        'AWS::Lambda::Alias',
        `arn:aws:lambda:eu-west-1:111122223333:function:${api}:live`,
      ),
    ],
  };
  const orders = [{ kind: 'cloudformation' }, { kind: 'lambda-alias', function: 'Api', alias: 'live' }];
  const targetsOf = (stored: Map<string, string>) => compiled(stored).services.orders?.targets;

  beforeEach(() =>
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'shop-orders' }).resolves(found),
  );

  it('belong to the entry that names it', async () => {
    parameters({ orders: shortest });
    const { stored } = mockBucket();
    await build(runtimeOf(ledger))({});
    expect(targetsOf(stored)).toEqual(orders);
  });

  it('are read with the entry that was written', async () => {
    parameters({ orders: shortest });
    const { stored } = mockBucket(catalogObject(ordersEntry({ service: 'billing', stack: 'shop-billing' })));
    await build(runtimeOf(ledger))(changed('orders'));
    expect(targetsOf(stored)).toEqual(orders);
    expect(cloudFormation.calls()).toHaveLength(1);
  });

  it('are none where the stack is not there yet', async () => {
    parameters({ orders: shortest });
    cloudFormation
      .on(ListStackResourcesCommand)
      .rejects(validationError('Stack with id shop-orders does not exist'));
    const { stored } = mockBucket();
    await build(runtimeOf(ledger))({});
    expect(targetsOf(stored)).toEqual([{ kind: 'cloudformation' }]);
  });

  it('stay in force where the stack cannot be read, beside what the entry lists now', async () => {
    parameters({ orders: shortest, billing: json });
    const { stored } = mockBucket();
    await build(runtimeOf(ledger))({});
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'shop-orders' }).rejects(throttled());
    parameters({ orders: `${shortest}\ntargets: [{ kind: parameter, name: /a }]`, billing: json });
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 2, refused: 0 });
    expect(targetsOf(stored)).toEqual([{ kind: 'parameter', name: '/a', labels: false }, orders[1]]);
  });

  it('of a stack that was never read are read by the schedule: the entry is in force meanwhile', async () => {
    parameters({ orders: yaml });
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'shop-orders' }).rejects(throttled());
    const { stored } = mockBucket();
    await build(runtimeOf(ledger))({});
    expect(targetsOf(stored)).toEqual(ordersEntry().targets);
  });
});

it('reads every page, also past an empty one, ten parameters at a time', async () => {
  ssm
    .on(GetParametersByPathCommand, { Path: path, MaxResults: 10 })
    .resolvesOnce({ Parameters: [], NextToken: 'p2' })
    .resolvesOnce({ Parameters: [{ Name: `${path}/billing`, Value: json }] });
  mockBucket();
  await expect(build(runtimeOf(ledger))(undefined)).resolves.toEqual({ services: 1, refused: 0 });
  expect(ssm.commandCalls(GetParametersByPathCommand)[1]?.args[0].input).toMatchObject({ NextToken: 'p2' });
});

it('keeps the last good form of a service whose parameter is refused, and says so', async () => {
  parameters({ orders: 'version: 2', billing: json });
  const { stored } = mockBucket(catalogObject());
  await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 2, refused: 1 });
  expect(compiled(stored).services.orders).toEqual(ordersEntry());
  const [call] = sns.commandCalls(PublishCommand);
  expect(call?.args[0].input.Subject).toBe('[prod] catalog: the parameter of orders was refused');
  expect(call?.args[0].input.Message).toContain(`${path}/orders\n  version: must be 1`);
  expect(call?.args[0].input.Message).toContain('Its last good form stays in force.');
});

it.each([
  ['orders', '{"version": 1', 'it is neither JSON nor YAML: '],
  ['orders', 'null', 'input: '],
  ['order', yaml, 'service: is "orders", but the parameter is named for "order"'],
])('refuses parameter %s holding %j and leaves the service out', async (name, value, reason) => {
  parameters({ [name]: value });
  const { stored } = mockBucket();
  await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 0, refused: 1 });
  expect(compiled(stored).services).toEqual({});
  const message = sns.commandCalls(PublishCommand)[0]?.args[0].input.Message;
  expect(message).toContain(reason);
  expect(message).toContain('The service is not looked after until it is mended.');
});

it.each([
  [
    'that the broken parameter itself names',
    'version: 2\nowners: [shop@example.com, Team Shop]',
    'shop@example.com, Team Shop',
  ],
  ['of its last good form where the parameter cannot be read', '{', 'Old Team'],
  ['of its last good form where the parameter names nobody', 'version: 2', 'Old Team'],
])('says that the mail is for the owners %s', async (_, value, expected) => {
  parameters({ orders: value });
  mockBucket(catalogObject(ordersEntry({ owners: ['Old Team'] })));
  await build(runtimeOf(ledger))({});
  const message = sns.commandCalls(PublishCommand)[0]?.args[0].input.Message;
  expect(message).toContain(`${path}/orders\n  For: ${expected}\n`);
});

it('drops a service whose parameter was deleted', async () => {
  parameters({});
  const { stored } = mockBucket(catalogObject());
  await build(runtimeOf(ledger))({});
  expect(compiled(stored).services).toEqual({});
});

it('mails the same refusal once, and a new one again', async () => {
  mockBucket();
  parameters({ orders: 'version: 2' });
  await build(runtimeOf(ledger))({});
  await build(runtimeOf(ledger))({});
  expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
  parameters({ orders: 'version: 3\nservice: 7' });
  await build(runtimeOf(ledger))({});
  expect(sns.commandCalls(PublishCommand)).toHaveLength(2);
});

it('mails the same mistake again where it is written again', async () => {
  mockBucket();
  parameters({ orders: 'version: 2' }, 1);
  await build(runtimeOf(ledger))({});
  parameters({ orders: 'version: 2' }, 3);
  await build(runtimeOf(ledger))({});
  expect(sns.commandCalls(PublishCommand)).toHaveLength(2);
});

describe('told of one parameter', () => {
  const compileFor = (event: object) => build(runtimeOf(ledger))(event);

  it('reads that one only, and puts it beside the others in force', async () => {
    parameters({ billing: json });
    const { stored } = mockBucket(catalogObject());
    await expect(compileFor(changed('billing', 'Create'))).resolves.toEqual({ services: 2, refused: 0 });
    expect(Object.keys(compiled(stored).services)).toEqual(['billing', 'orders']);
    expect(compiled(stored).services.orders).toEqual(ordersEntry());
    expect(ssm.commandCalls(GetParametersByPathCommand)).toEqual([]);
  });

  it('keeps its last good form where it is refused', async () => {
    parameters({ orders: 'version: 2' });
    const { stored } = mockBucket(catalogObject());
    await expect(compileFor(changed('orders'))).resolves.toEqual({ services: 1, refused: 1 });
    expect(compiled(stored).services.orders).toEqual(ordersEntry());
    expect(sns.commandCalls(PublishCommand)).toHaveLength(1);
  });

  it.each(['Delete', 'Update'])('drops a service that has none any more (%s)', async (operation) => {
    parameters({});
    const { stored } = mockBucket(catalogObject());
    await compileFor(changed('orders', operation));
    expect(compiled(stored).services).toEqual({});
  });

  it('has the event come again where Parameter Store does not show a new one yet', async () => {
    parameters({});
    const { stored } = mockBucket(catalogObject());
    await expect(compileFor(changed('billing', 'Create'))).rejects.toThrow(TransientFailure);
    expect(Object.keys(compiled(stored).services)).toEqual(['orders']);
  });

  it.each([
    ['where nothing was compiled yet', 'billing', {}],
    ['where the name is of no service', 'billing/old', catalogObject()],
  ])('reads all %s', async (_, service, objects) => {
    parameters({ orders: yaml, billing: json });
    const { stored } = mockBucket(objects);
    await expect(compileFor(changed(service))).resolves.toEqual({ services: 2, refused: 0 });
    expect(Object.keys(compiled(stored).services)).toEqual(['billing', 'orders']);
  });
});

it('throws TransientFailure and writes nothing when Parameter Store throttles', async () => {
  ssm.on(GetParametersByPathCommand).rejects(throttled());
  const { stored } = mockBucket();
  await expect(build(runtimeOf(ledger))({})).rejects.toBeInstanceOf(TransientFailure);
  expect(stored.size).toBe(0);
});

it('does not build on a compiled catalog it cannot read', async () => {
  parameters({ orders: yaml });
  mockBucket({ 'catalog/compiled.json': '{"services":{}}' });
  await expect(build(runtimeOf(ledger))({})).rejects.toBeInstanceOf(CatalogUnreadable);
});

it('refuses to be built without the path of the catalog', () => {
  expect(() => build(runtimeOf(ledger, { CATALOG_PATH: '' }))).toThrow(
    'Environment variable CATALOG_PATH is not set',
  );
});

describe('asked for where there is none', () => {
  const compileMissing = () => build(runtimeOf(ledger))({ onlyIfMissing: true });
  const reads = () => ssm.commandCalls(GetParametersByPathCommand).length;

  it('compiles all', async () => {
    parameters({ orders: yaml, billing: json });
    const { stored } = mockBucket();
    await expect(compileMissing()).resolves.toEqual({ services: 2, refused: 0 });
    expect(Object.keys(compiled(stored).services)).toEqual(['billing', 'orders']);
  });

  it('compiles a catalog without services, so that nobody asks again', async () => {
    parameters({});
    const { stored } = mockBucket();
    await expect(compileMissing()).resolves.toEqual({ services: 0, refused: 0 });
    expect(compiled(stored).services).toEqual({});
  });

  it('reads nothing where somebody has compiled it meanwhile', async () => {
    mockBucket(catalogObject());
    await expect(compileMissing()).resolves.toEqual({ services: 1, refused: 0 });
    expect(reads()).toBe(0);
  });

  it('is compiled once, however many ask at the same time', async () => {
    parameters({ orders: yaml });
    mockBucket();
    const answers = await Promise.allSettled([compileMissing(), compileMissing(), compileMissing()]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(TransientFailure);
    }
    expect(reads()).toBe(1);
    await expect(compileMissing()).resolves.toEqual({ services: 1, refused: 0 });
  });

  it('is compiled by the next one where it could not be', async () => {
    mockBucket();
    ssm.on(GetParametersByPathCommand).rejects(throttled());
    await expect(compileMissing()).rejects.toBeInstanceOf(TransientFailure);
    parameters({ orders: yaml });
    await expect(compileMissing()).resolves.toEqual({ services: 1, refused: 0 });
  });

  it('is compiled a minute later where the process that compiled it died', async () => {
    parameters({ orders: yaml });
    mockBucket();
    await ledger.compilations.begin();
    await expect(compileMissing()).rejects.toThrow('The catalog is being compiled just now.');
    ledger.now += 60_001;
    await expect(compileMissing()).resolves.toEqual({ services: 1, refused: 0 });
  });
});
