import type { StackResource } from '../../../../shared/aws/stacks.ts';
import { withOwnAliases } from '../../../../shared/catalog/own-aliases.ts';
import { serviceEntry } from '../../../../shared/catalog/service-entry.ts';
import { ordersEntry } from '../../fixtures/catalog.ts';

const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function';
const fn = (logicalId: string, physicalId = `shop-orders-${logicalId}-AB12`): StackResource => {
  return { logicalId, physicalId, type: 'AWS::Lambda::Function' };
};
const alias = (logicalId: string, of: string, name = 'live'): StackResource => {
  return { logicalId, physicalId: `${lambda}:${of}:${name}`, type: 'AWS::Lambda::Alias' };
};
const group = { logicalId: 'Group', physicalId: 'group-1', type: 'AWS::CodeDeploy::DeploymentGroup' };
const create = 'shop-orders-CreateOrder-AB12';
const list = 'shop-orders-ListOrders-AB12';
const resources = [fn('ListOrders'), fn('CreateOrder'), alias('A', list), alias('B', create), group];
const targets = (entry: Record<string, unknown>, ...stacks: Parameters<typeof withOwnAliases>[1]) =>
  withOwnAliases(ordersEntry(entry), stacks).targets;
const stack = (name: string, ...found: StackResource[]) => ({ stack: name, resources: found });

describe('an entry that names a stack', () => {
  it('owns every alias of it, and the stack itself, where it lists nothing', () => {
    const found = targets({ targets: undefined }, stack('shop-orders', ...resources));
    expect(found).toEqual([
      { kind: 'cloudformation' },
      { kind: 'codedeploy', function: 'CreateOrder', alias: 'live' },
      { kind: 'codedeploy', function: 'ListOrders', alias: 'live' },
    ]);
  });

  it('keeps its list, and adds the rest', () => {
    const own = {
      kind: 'codedeploy',
      function: 'CreateOrder',
      alias: 'live',
      application: 'a',
      deploymentGroup: 'g',
    };
    const found = targets({ targets: [own, { kind: 'cloudformation' }] }, stack('shop-orders', ...resources));
    expect(found).toEqual([
      own,
      { kind: 'cloudformation' },
      { kind: 'codedeploy', function: 'ListOrders', alias: 'live' },
    ]);
  });

  it('adds nothing that the list has by the name of the function', () => {
    const own = { kind: 'lambda-alias', function: create, alias: 'live' };
    expect(targets({ targets: [own] }, stack('shop-orders', fn('CreateOrder'), alias('B', create)))).toEqual([
      own,
    ]);
  });

  it('tells aliases of one function apart', () => {
    const found = targets(
      { targets: [{ kind: 'lambda-alias', function: 'CreateOrder', alias: 'live' }] },
      stack('shop-orders', fn('CreateOrder'), alias('A', create), alias('B', create, 'beta')),
    );
    expect(found).toEqual([
      { kind: 'lambda-alias', function: 'CreateOrder', alias: 'live' },
      { kind: 'lambda-alias', function: 'CreateOrder', alias: 'beta' },
    ]);
  });

  it('owns plain aliases where its stack has no deployment group', () => {
    const found = targets(
      { targets: undefined },
      stack('shop-orders', fn('CreateOrder'), alias('A', create)),
    );
    expect(found[1]).toEqual({ kind: 'lambda-alias', function: 'CreateOrder', alias: 'live' });
  });

  it('names a function of another stack by its name', () => {
    const found = targets(
      { targets: [{ kind: 'cloudformation', stack: 'data' }] },
      stack('shop-orders', alias('A', 'shared-Auth')),
      stack('data', fn('Import', 'data-Import'), alias('B', 'data-Import')),
    );
    expect(found.slice(1)).toEqual([
      { kind: 'lambda-alias', function: 'data-Import', alias: 'live' },
      { kind: 'lambda-alias', function: 'shared-Auth', alias: 'live' },
    ]);
  });

  it('has each of them once', () => {
    const twice = stack('shop-orders', fn('CreateOrder'), alias('A', create), alias('B', create));
    expect(targets({ targets: undefined }, twice)).toHaveLength(2);
  });

  it('is a valid entry still', () => {
    const owning = withOwnAliases(ordersEntry({ targets: undefined }), [stack('shop-orders', ...resources)]);
    expect(serviceEntry.parse(owning)).toEqual(owning);
  });
});

describe('an alias of a state machine of the stack', () => {
  const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:orders-Flow-AB12';
  const flow: StackResource[] = [
    { logicalId: 'Flow', physicalId: machine, type: 'AWS::StepFunctions::StateMachine' },
    { logicalId: 'FlowLive', physicalId: `${machine}:live`, type: 'AWS::StepFunctions::StateMachineAlias' },
  ];
  const kind = 'state-machine-alias';

  it('belongs to the service, by the logical id of its state machine', () => {
    expect(targets({ stack: 'shop-orders', targets: [] }, stack('shop-orders', ...flow))).toEqual([
      { kind: 'cloudformation' },
      { kind, stateMachine: 'Flow', alias: 'live' },
    ]);
  });

  it('in another stack of the service is named as in the account', () => {
    expect(targets({ stack: 'shop-orders' }, stack('nested', ...flow))).toContainEqual({
      kind,
      stateMachine: 'orders-Flow-AB12',
      alias: 'live',
    });
  });

  it.each(['Flow', 'orders-Flow-AB12'])('that the entry lists as %s is not added twice', (stateMachine) => {
    const listed = { kind, stateMachine, alias: 'live' };
    const entry = { stack: 'shop-orders', targets: [listed] };
    expect(targets(entry, stack('shop-orders', ...flow))).toEqual([listed]);
  });
});

it('an entry without a stack is left as it is', () => {
  const entry = ordersEntry({
    stack: undefined,
    targets: [{ kind: 'lambda-alias', function: 'orders' }],
  });
  expect(withOwnAliases(entry, [])).toBe(entry);
});
