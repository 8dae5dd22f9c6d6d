import {
  CloudFormationClient,
  ListStackResourcesCommand,
  ListStacksCommand,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParametersByPathCommand, GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/upkeep/compile-catalog/handler.ts';
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

  it('are read together with the written entry', async () => {
    parameters({ orders: shortest });
    const { stored } = mockBucket(catalogObject(ordersEntry({ service: 'billing', stack: 'shop-billing' })));
    await build(runtimeOf(ledger))(changed('orders'));
    expect(targetsOf(stored)).toEqual(orders);
    expect(cloudFormation.calls()).toHaveLength(1);
  });

  it("stay in force where the stack cannot be read, beside the entry's current list", async () => {
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

const entryOf = (service: string, stack: string, owners?: string) =>
  `version: 1\nservice: ${service}\nstack: ${stack}${owners ? `\nowners: [${owners}]` : ''}`;
/** The mails, each body as one line, because bodies are wrapped. */
const mailed = () =>
  sns
    .commandCalls(PublishCommand)
    .map(({ args: [{ input }] }) => ({ ...input, Message: input.Message?.replace(/\s+/g, ' ') }));

describe('an entry that conflicts with the account or with other entries', () => {
  const inForce = () => catalogObject(ordersEntry({ owners: ['Shop'] }));
  const listed = (target: string) => `${entryOf('orders', 'shop-orders', 'Shop')}\ntargets: [${target}]`;

  beforeEach(() => {
    const StackResourceSummaries = [
      {
        LogicalResourceId: 'CreateOrder',
        PhysicalResourceId: 'shop-create',
        ResourceType: 'AWS::Lambda::Function',
      },
      {
        LogicalResourceId: 'CreateOrderAlias',
        PhysicalResourceId: 'arn:aws:lambda:eu-west-1:111122223333:function:shop-create:Live',
        ResourceType: 'AWS::Lambda::Alias',
      },
    ].map((one) => ({ ...one, LastUpdatedTimestamp: undefined, ResourceStatus: undefined }));
    cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries });
  });

  it.each([
    [
      '{kind: codedeploy, function: CreateOrder}',
      'targets.0.alias: CreateOrder has no alias "live" in the stack; it has Live',
    ],
    [
      '{kind: codedeploy, function: CreatOrder, alias: Live}',
      'there is no function "CreatOrder" in the stack; did you mean "CreateOrder"?',
    ],
    ['{kind: codedeploy, function: CreateOrder, alias: "12"}', 'targets.0.alias: is a version, and no alias'],
  ])('is refused by mail to its owners, and its last good form stays: %s', async (target, reason) => {
    parameters({ orders: listed(target) });
    const { stored } = mockBucket(
      catalogObject(ordersEntry({ owners: ['Shop'], targets: [{ kind: 'cloudformation' }] })),
    );
    await expect(build(runtimeOf(ledger))(changed('orders'))).resolves.toMatchObject({ refused: 1 });
    expect(compiled(stored).services.orders?.targets[0]).toMatchObject({ kind: 'cloudformation' });
    expect(mailed()[0]?.Message).toContain('For: Shop Parameter');
    expect(mailed()[0]?.Message).toContain(reason);
  });

  it('comes into force with a missing provider, and its owners are notified', async () => {
    parameters({ orders: `${entryOf('orders', 'shop-orders', 'Shop')}\ndependsOn: [payment]` });
    const { stored } = mockBucket(inForce());
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 1, refused: 0 });
    expect(compiled(stored).services.orders?.dependsOn).toEqual(['payment']);
    expect(mailed()[0]?.Message).toContain('dependsOn.0: there is no service "payment" For: Shop Parameter');
  });

  it("is not reported for a provider that may be written next, although its name is similar to the entry's own", async () => {
    parameters({ orders: `${entryOf('orders', 'shop-orders', 'Shop')}\ndependsOn: [orders-3p]` });
    mockBucket(inForce());
    await expect(build(runtimeOf(ledger))(changed('orders'))).resolves.toEqual({ services: 1, refused: 0 });
    expect(mailed()).toEqual([]);
  });

  it('is refused for a target of another service', async () => {
    const target = 'targets: [{kind: parameter, name: /shared/limit}]';
    parameters({
      billing: `${entryOf('billing', 'b')}\n${target}`,
      orders: `${entryOf('orders', 'shop-orders')}\n${target}`,
    });
    const { stored } = mockBucket(inForce());
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 2, refused: 1 });
    expect(compiled(stored).services.orders?.targets).not.toContainEqual(
      expect.objectContaining({ name: '/shared/limit' }),
    );
    expect(mailed()[0]?.Message).toContain(
      'targets.0: parameter /shared/limit is a target of billing already',
    );
  });

  it('is reported as no longer watched once it is deleted', async () => {
    parameters({});
    mockBucket(inForce());
    await build(runtimeOf(ledger))(changed('orders', 'Delete'));
    await build(runtimeOf(ledger))(changed('orders', 'Delete'));
    expect(mailed().map(({ Subject }) => Subject)).toEqual([
      expect.stringContaining('catalog: orders is no longer watched'),
    ]);
    expect(mailed()[0]?.Message).toContain('For: Shop');
  });
});

describe('a stack that does not exist', () => {
  const inForce = catalogObject(ordersEntry({ owners: ['Shop'] }));

  beforeEach(() => {
    cloudFormation
      .on(ListStackResourcesCommand, { StackName: 'shop-order' })
      .rejects(validationError('Stack with id shop-order does not exist'));
    cloudFormation.on(ListStacksCommand).resolves({
      StackSummaries: [
        { StackName: 'shop-ordre', CreationTime: undefined, StackStatus: 'DELETE_COMPLETE' },
        { StackName: 'shop-orders', CreationTime: undefined, StackStatus: 'UPDATE_COMPLETE' },
      ],
    });
  });

  it('has the entry refused, with the nearest name; its last good form stays in force', async () => {
    parameters({ orders: entryOf('orders', 'shop-order', 'Shop') });
    const { stored } = mockBucket(inForce);
    await expect(build(runtimeOf(ledger))(changed('orders'))).resolves.toEqual({ services: 1, refused: 1 });
    expect(compiled(stored).services.orders?.stack).toBe('shop-orders');
    expect(mailed()).toHaveLength(1);
    expect(mailed()[0]?.Subject).toContain('catalog: the parameter of orders was refused');
    expect(mailed()[0]?.Message).toContain(
      `stack: there is no stack "shop-order"; did you mean "shop-orders"? For: Shop`,
    );
  });

  it('is reported once where the service is new, and checked once it exists', async () => {
    parameters({ orders: entryOf('orders', 'shop-order') });
    const { stored } = mockBucket();
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 1, refused: 0 });
    expect(compiled(stored).services.orders).toMatchObject({
      stack: 'shop-order',
      targets: [{ kind: 'cloudformation' }],
    });
    cloudFormation.on(ListStacksCommand).resolves({});
    await build(runtimeOf(ledger))({});
    expect(mailed().map(({ Subject }) => Subject)).toEqual([
      expect.stringContaining('catalog: the parameter of orders names what does not exist'),
    ]);
    expect(mailed()[0]?.Message).toContain('It is in force all the same');
  });

  it('does not block a change of an entry whose last good form names it too', async () => {
    parameters({ orders: `${entryOf('orders', 'shop-order')}\npolicy: { alarms: [new] }` });
    const { stored } = mockBucket(catalogObject(ordersEntry({ stack: 'shop-order' })));
    await build(runtimeOf(ledger))(changed('orders'));
    expect(compiled(stored).services.orders?.policy.alarms).toEqual(['new']);
    expect(mailed()).toHaveLength(1);
  });

  it('is reported without a similar name where the stacks cannot be listed', async () => {
    cloudFormation.on(ListStacksCommand).rejects(throttled());
    parameters({ orders: entryOf('orders', 'shop-order') });
    mockBucket(inForce);
    await build(runtimeOf(ledger))(changed('orders'));
    expect(mailed()[0]?.Message).toContain('there is no stack "shop-order" ');
  });

  it('is not assumed where the stack cannot be read', async () => {
    cloudFormation.on(ListStackResourcesCommand, { StackName: 'shop-order' }).rejects(throttled());
    parameters({ orders: entryOf('orders', 'shop-order') });
    const { stored } = mockBucket(inForce);
    await build(runtimeOf(ledger))(changed('orders'));
    expect(compiled(stored).services.orders?.stack).toBe('shop-order');
    expect(mailed()).toEqual([]);
  });
});

describe('a stack of two services', () => {
  const stacksOf = (stored: Map<string, string>) =>
    Object.fromEntries(Object.entries(compiled(stored).services).map(([name, { stack }]) => [name, stack]));

  it('stays with its current service; the owners of both are notified, and the other keeps its last good form', async () => {
    parameters({ billing: entryOf('billing', 'shop-orders', 'Money') });
    const billing = ordersEntry({ service: 'billing', stack: 'shop-billing' });
    const { stored } = mockBucket(catalogObject(ordersEntry({ owners: ['Shop'] }), billing));
    await expect(build(runtimeOf(ledger))(changed('billing'))).resolves.toEqual({ services: 2, refused: 1 });
    expect(stacksOf(stored)).toEqual({ billing: 'shop-billing', orders: 'shop-orders' });
    expect(mailed()).toHaveLength(1);
    expect(mailed()[0]?.Message).toContain(
      'stack: "shop-orders" is the stack of orders For: Money, Shop Parameter',
    );
  });

  it('goes to the first service where none had it, and the other is left out', async () => {
    parameters({ orders: entryOf('orders', 'shop'), billing: entryOf('billing', 'shop') });
    const { stored } = mockBucket();
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 1, refused: 1 });
    expect(stacksOf(stored)).toEqual({ billing: 'shop' });
    expect(mailed()[0]?.Message).toContain('The service is not looked after until it is mended.');
  });

  it('is found where a target names it', async () => {
    const target = 'targets: [{ kind: cloudformation, stack: shop-orders }]';
    parameters({ billing: `${entryOf('billing', 'shop-billing')}\n${target}` });
    mockBucket(catalogObject());
    await expect(build(runtimeOf(ledger))(changed('billing'))).resolves.toEqual({ services: 1, refused: 1 });
    expect(mailed()[0]?.Message).toContain('targets.0.stack: "shop-orders" is the stack of orders');
  });

  it('may be handed over: an exchange is no conflict', async () => {
    parameters({ orders: entryOf('orders', 'b'), billing: entryOf('billing', 'a') });
    const inForce = ['orders', 'billing'].map((service, index) =>
      ordersEntry({ service, stack: ['a', 'b'][index] }),
    );
    const { stored } = mockBucket(catalogObject(...inForce));
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 2, refused: 0 });
    expect(stacksOf(stored)).toEqual({ billing: 'a', orders: 'b' });
  });

  it('stays with a service that keeps it because its own new entry is refused', async () => {
    parameters({
      orders: entryOf('orders', 'b'),
      billing: entryOf('billing', 'b'),
      stock: entryOf('stock', 'a'),
    });
    const inForce = ['orders', 'billing'].map((service, index) =>
      ordersEntry({ service, stack: ['a', 'b'][index] }),
    );
    const { stored } = mockBucket(catalogObject(...inForce));
    await expect(build(runtimeOf(ledger))({})).resolves.toEqual({ services: 2, refused: 2 });
    expect(stacksOf(stored)).toEqual({ billing: 'b', orders: 'a' });
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
  const [mail] = mailed();
  expect(mail?.Subject).toContain('catalog: the parameter of orders was refused');
  expect(mail?.Message).toContain(`${path}/orders version: must be 1`);
  expect(mail?.Message).toContain('Its last good form stays in force.');
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
  const message = mailed()[0]?.Message;
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
  const message = mailed()[0]?.Message;
  expect(message).toContain(`For: ${expected} Parameter ${path}/orders`);
});

it('drops a service whose parameter was deleted', async () => {
  parameters({});
  const { stored } = mockBucket(catalogObject());
  await build(runtimeOf(ledger))({});
  expect(compiled(stored).services).toEqual({});
});

it('mails a refusal once, and a new one again', async () => {
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

describe('for the event of one parameter', () => {
  const compileFor = (event: object) => build(runtimeOf(ledger))(event);

  it('reads only that parameter, and adds it to the others in force', async () => {
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

  it.each(['Delete', 'Update'])('drops a service that has no parameter any more (%s)', async (operation) => {
    parameters({});
    const { stored } = mockBucket(catalogObject());
    await compileFor(changed('orders', operation));
    expect(compiled(stored).services).toEqual({});
  });

  it('has the event retried where Parameter Store does not show a new one yet', async () => {
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

describe('invoked where there is no catalog', () => {
  const compileMissing = () => build(runtimeOf(ledger))({ onlyIfMissing: true });
  const reads = () => ssm.commandCalls(GetParametersByPathCommand).length;

  it('compiles all', async () => {
    parameters({ orders: yaml, billing: json });
    const { stored } = mockBucket();
    await expect(compileMissing()).resolves.toEqual({ services: 2, refused: 0 });
    expect(Object.keys(compiled(stored).services)).toEqual(['billing', 'orders']);
  });

  it('compiles a catalog without services, so that it is not invoked again', async () => {
    parameters({});
    const { stored } = mockBucket();
    await expect(compileMissing()).resolves.toEqual({ services: 0, refused: 0 });
    expect(compiled(stored).services).toEqual({});
  });

  it('reads nothing where another invocation has compiled it meanwhile', async () => {
    mockBucket(catalogObject());
    await expect(compileMissing()).resolves.toEqual({ services: 1, refused: 0 });
    expect(reads()).toBe(0);
  });

  it('is compiled once, for any number of simultaneous invocations', async () => {
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

  it('is compiled by the next invocation where it failed', async () => {
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
