import { serviceEntry } from '../../../../shared/catalog/service-entry.ts';
import { checkInput, describeProblems } from '../../../../shared/check-input.ts';
import { targetName } from '../../../../shared/targets/shapes.ts';

const smallest = {
  version: 1,
  service: 'orders',
  stack: 'shop-orders',
  targets: [{ kind: 'codedeploy', function: 'CreateOrder' }],
};

const roleOf = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const refusal = (entry: unknown) => {
  const checked = checkInput(serviceEntry, entry);
  return 'problems' in checked ? describeProblems(checked.problems) : undefined;
};

describe('an entry', () => {
  it('fills in the defaults', () => {
    expect(serviceEntry.parse(smallest)).toEqual({
      version: 1,
      service: 'orders',
      dependsOn: [],
      stack: 'shop-orders',
      targets: [{ kind: 'codedeploy', function: 'CreateOrder', alias: 'live' }],
      policy: {
        autonomy: 'act',
        approval: { minutes: 30 },
        budget: { rollbacks: 3, hours: 24 },
        bake: { minMinutes: 15, minRequests: 100, maxMinutes: 120 },
        limits: {},
        tolerance: { errors: 1, slow: 1 },
        warmUpMinutes: 2,
        cluster: 1,
        alarms: [],
        healthChecks: [],
        onFailure: 'stop',
        restorePoints: 'served-well',
      },
    });
  });

  it('needs no more than a name and a stack', () => {
    const { targets: _, ...shortest } = smallest;
    expect(serviceEntry.parse(shortest)).toMatchObject({ stack: 'shop-orders', targets: [] });
  });

  it('takes every field it documents', () => {
    const full = {
      ...smallest,
      description: 'Takes orders',
      owners: ['shop@example.com', 'Team Shop'],
      dependsOn: ['payment', 'inventory-2', { service: 'search', coupling: 'never' }],
      lockstep: 'checkout',
      targets: [
        {
          kind: 'codedeploy',
          function: 'CreateOrder',
          alias: 'prod',
          application: 'shop-*',
          deploymentGroup: 'shop-orders-CreateOrder*',
        },
        { kind: 'lambda-alias', function: 'ListOrders', alias: 'live' },
        {
          kind: 'cloudformation',
          stack: 'shop-orders-data',
          roleArn: roleOf('RollbackStack_orders+data@shop'),
          attachRoleForGood: true,
        },
      ],
      policy: {
        autonomy: 'approve',
        approval: { minutes: 1440, unless: 'hard-breach', meanwhile: 'stop' },
        budget: { rollbacks: 0, hours: 168 },
        bake: { minMinutes: 0, minRequests: 1, maxMinutes: 2880 },
        limits: {
          errorRate: 1,
          slow: { overMs: 800, share: 0.2 },
          sampleRequests: 1,
          breaches: 3,
          ofLast: 3,
        },
        tolerance: { errors: 1.25, slow: 10 },
        warmUpMinutes: 30,
        cluster: 10,
        alarms: ['orders-errors'],
        healthChecks: [{ function: 'HealthCheck_orders:live', failures: 5 }],
        onFailure: 'continue',
        restorePoints: 'good',
        irreversible: 'the migration drops a column',
      },
    };
    expect(serviceEntry.parse(full)).toEqual(full);
  });

  it('needs no stack where its targets name everything', () => {
    const { stack: _, ...entry } = smallest;
    const named = { application: 'orders-app', deploymentGroup: 'orders-group' };
    const targets = [
      { kind: 'codedeploy', function: 'CreateOrder', ...named },
      { kind: 'cloudformation', stack: 'shop-orders' },
      { kind: 'lambda-alias', function: 'ListOrders' },
    ];
    expect(refusal({ ...entry, targets })).toBeUndefined();
  });
});

const withPolicy = (policy: object) => ({ ...smallest, policy });

it.each([
  [
    { ...smallest, policy: { healthChecks: [{ function: 'orders-check' }] } },
    'policy.healthChecks.0.function: must be the name of a function that begins with HealthCheck_',
  ],
  [
    { ...smallest, policy: { healthChecks: [{ function: 'HealthCheck_a' }, { function: 'HealthCheck_a' }] } },
    'policy.healthChecks.1.function: "HealthCheck_a" is asked already',
  ],
  [{ ...smallest, version: 2 }, 'version: must be 1, the only version of the catalog format there is'],
  [
    { ...smallest, service: 'Orders' },
    'service: must be 1 to 40 lower-case letters, digits and hyphens, beginning with a letter',
  ],
  [{ ...smallest, service: 'o'.repeat(41) }, 'service: must be 1 to 40 lower-case letters'],
  [{ ...smallest, dependsOn: ['payment', '9lives'] }, 'dependsOn.1: must be 1 to 40 lower-case letters'],
  [{ ...smallest, dependsOn: ['orders'] }, 'dependsOn: a service cannot depend on itself'],
  [
    { ...smallest, dependsOn: [{ service: 'orders', coupling: 'always' }] },
    'dependsOn: a service cannot depend on itself',
  ],
  [
    { ...smallest, dependsOn: [{ service: '9lives', coupling: 'always' }] },
    'dependsOn.0.service: must be 1 to 40 lower-case letters',
  ],
  [
    { ...smallest, dependsOn: [{ service: 'payment', coupling: 'sometimes' }] },
    'dependsOn.0.coupling: must be one of "by-cut", "always", "never", not "sometimes"',
  ],
  [
    { ...smallest, dependsOn: ['payment', { service: 'payment', coupling: 'always' }] },
    'dependsOn.1: is named twice',
  ],
  [{ ...smallest, lockstep: 'Checkout' }, 'lockstep: must be 1 to 40 lower-case letters'],
  [withPolicy({ irreversible: '' }), 'policy.irreversible: '],
  [
    { ...smallest, stack: undefined, targets: [] },
    'targets: needs at least one target, or the service a stack',
  ],
  [{ ...smallest, targets: [{ kind: 'queue' }] }, 'targets.0.kind: '],
  [
    { ...smallest, targets: [{ kind: 'cloudformation', template: 'x' }] },
    'targets.0.template: is not a known field',
  ],
  [
    { ...smallest, targets: [{ kind: 'cloudformation', roleArn: roleOf('RollbackStack_orders') }] },
    'targets.0.attachRoleForGood: is needed beside roleArn, and must be true: the stack keeps the role for good',
  ],
  [
    {
      ...smallest,
      targets: [
        { kind: 'cloudformation', roleArn: roleOf('RollbackStack_orders'), attachRoleForGood: false },
      ],
    },
    'targets.0.attachRoleForGood: must be true: a stack keeps a role that was passed once',
  ],
  [
    { ...smallest, targets: [{ kind: 'cloudformation', attachRoleForGood: true }] },
    'targets.0.roleArn: is needed beside attachRoleForGood',
  ],
  ...['Admin', 'path/RollbackStack_orders', 'RollbackStack_', `RollbackStack_${'a'.repeat(51)}`].map(
    (name): [object, string] => [
      {
        ...smallest,
        targets: [{ kind: 'cloudformation', roleArn: roleOf(name), attachRoleForGood: true }],
      },
      'targets.0.roleArn: must be the ARN of a role whose name begins with RollbackStack_: the coordinator may pass no others',
    ],
  ),
  [{ ...smallest, owner: 'shop' }, 'owner: is not a known field'],
  [
    { ...smallest, stack: undefined },
    'targets.0.application: is needed because the service names no stack; ' +
      'targets.0.deploymentGroup: is needed because the service names no stack',
  ],
  [
    { ...smallest, stack: undefined, targets: [{ kind: 'cloudformation' }] },
    'targets.0.stack: is needed because the service names no stack',
  ],
  [withPolicy({ approval: { minutes: 1 } }), 'policy.approval.minutes: '],
  [withPolicy({ approval: { minutes: 1441 } }), 'policy.approval.minutes: '],
  [withPolicy({ approval: { unless: 'breach' } }), 'policy.approval.unless: '],
  [withPolicy({ approval: { meanwhile: 'stopp' } }), 'policy.approval.meanwhile: '],
  [withPolicy({ budget: { rollbacks: -1 } }), 'policy.budget.rollbacks: '],
  [withPolicy({ budget: { hours: 169 } }), 'policy.budget.hours: '],
  [withPolicy({ autonomy: 'ask' }), 'policy.autonomy: '],
  [{ ...smallest, owners: [] }, 'owners: '],
  [{ ...smallest, owners: [' '] }, 'owners.0: '],
  [
    withPolicy({ limits: { errorRate: 5 } }),
    'policy.limits.errorRate: must be at most 1 (a share, not a percentage)',
  ],
  [withPolicy({ limits: { errorRate: 0 } }), 'policy.limits.errorRate: must be above 0'],
  [withPolicy({ limits: { slow: { share: 0.1 } } }), 'policy.limits.slow.overMs: '],
  [withPolicy({ limits: { breaches: 0 } }), 'policy.limits.breaches: '],
  [
    withPolicy({ tolerance: { errors: 0.5 } }),
    'policy.tolerance.errors: must be at least 1: as bad as the version before',
  ],
  [withPolicy({ tolerance: { slow: 11 } }), 'policy.tolerance.slow: '],
  [withPolicy({ warmUpMinutes: 1.5 }), 'policy.warmUpMinutes: '],
  [withPolicy({ warmUpMinutes: 31 }), 'policy.warmUpMinutes: '],
  [withPolicy({ cluster: 0 }), 'policy.cluster: '],
  [withPolicy({ bake: { minMinutes: 130 } }), 'policy.bake.maxMinutes: must be at least minMinutes'],
  [withPolicy({ bake: { maxMinutes: 2881 } }), 'policy.bake.maxMinutes: '],
  [
    withPolicy({ alarms: Array.from({ length: 101 }, (_, n) => `alarm-${n}`) }),
    'policy.alarms: DescribeAlarms takes at most 100 names',
  ],
])('refuses %j', (entry, reason) => {
  expect(refusal(entry)).toContain(reason);
});

it.each([
  [{ kind: 'codedeploy', function: 'CreateOrder', alias: 'live' } as const, 'CreateOrder:live'],
  [{ kind: 'lambda-alias', function: 'ListOrders', alias: 'prod' } as const, 'ListOrders:prod'],
  [{ kind: 'cloudformation', stack: 'shop-orders' } as const, 'stack'],
])('names the target %j %s', (target, name) => {
  expect(targetName(target)).toBe(name);
});

describe('a target', () => {
  const withTarget = (target: object) => refusal({ ...smallest, targets: [target] });

  it.each<[object, string | undefined]>([
    [{ kind: 'parameter', name: '/orders/limit' }, undefined],
    [{ kind: 'parameter', name: 'limit' }, undefined],
    [{ kind: 'parameter', path: '/orders/settings' }, undefined],
    [{ kind: 'parameter' }, 'targets.0: needs either a name or a path'],
    [{ kind: 'parameter', name: '/a', path: '/b' }, 'targets.0: needs either a name or a path'],
    [{ kind: 'parameter', name: 'a/b' }, "targets.0.name: must be a parameter's full name, such as"],
    [{ kind: 'parameter', path: '/orders/' }, 'targets.0.path: must be a path, such as'],
    [
      { kind: 'parameter', name: '/rollback-coordinator/prod/services/orders' },
      'targets.0.name: must not be at or below /rollback-coordinator',
    ],
    [{ kind: 'parameter', path: '/rollback-coordinator' }, 'targets.0.path: must not be at or below'],
    [{ kind: 'parameter', name: '/aws/service/x' }, 'targets.0.name: must not begin with aws or ssm'],
    [{ kind: 'hook', function: 'RollbackHook_orders' }, undefined],
    [{ kind: 'hook', function: 'RollbackHook_orders:live', when: 'after' }, undefined],
    [
      { kind: 'hook', function: 'orders-migration' },
      'targets.0.function: must be the name of a function that begins with RollbackHook_',
    ],
    [
      { kind: 'hook', function: 'RollbackHook_orders', timeoutSeconds: 900 },
      'targets.0.timeoutSeconds: must be at most 840',
    ],
    [{ kind: 'hook', function: 'RollbackHook_orders', form: 'callback', timeoutSeconds: 900 }, undefined],
    [
      { kind: 'hook', function: 'RollbackHook_orders', form: 'callback', timeoutSeconds: 60 },
      'targets.0.heartbeatSeconds: must be less than timeoutSeconds',
    ],
    [{ kind: 'api-stage', protocol: 'rest', api: 'a1b2c3', stage: 'prod' }, undefined],
    [{ kind: 'api-stage', protocol: 'http', api: 'CartApi', stage: '$default' }, undefined],
    [
      { kind: 'api-stage', protocol: 'websocket', api: 'a1', stage: 's' },
      'targets.0.protocol: must be rest or http',
    ],
    [
      {
        kind: 'mesh',
        service: 'svc-0123456789abcdef0',
        listener: 'listener-0123456789abcdef0',
        rule: 'rule-0123456789abcdef0',
      },
      undefined,
    ],
    [
      {
        kind: 'mesh',
        service: 'svc-0123456789abcdef0',
        listener: 'listener-0123456789abcdef0',
        rule: 'default',
      },
      'targets.0.rule: must be the id of a rule',
    ],
    [{ kind: 'queue' }, 'targets.0.kind: "queue" is no kind of target: it has to be one of codedeploy, '],
  ])('%j is accepted, or refused by name', (target, problem) => {
    if (problem === undefined) expect(withTarget(target)).toBeUndefined();
    else expect(withTarget(target)).toContain(problem);
  });
});

it('a target is named once', () => {
  const hook = { kind: 'hook', function: 'RollbackHook_orders' };
  expect(refusal({ ...smallest, targets: [hook, { ...hook, when: 'after' }] })).toBeUndefined();
  expect(refusal({ ...smallest, targets: [hook, hook] })).toBe(
    'targets.1: "RollbackHook_orders before" is a target already',
  );
});

it('a second stack is refused with the way to have one', () => {
  const stacks = [{ kind: 'cloudformation' }, { kind: 'cloudformation', stack: 'shop-core' }];
  expect(refusal({ ...smallest, stack: 'shop-main', targets: stacks })).toBe(
    'targets.1: is a second stack of the service, which has one: give it a service of its own, and put both into one ' +
      'lockstep if they go back together',
  );
});

describe('the order', () => {
  it('names every phase once', () => {
    expect(
      refusal({ ...smallest, order: ['stack', 'hook-before', 'traffic', 'parameters', 'hook-after'] }),
    ).toBeUndefined();
    expect(refusal({ ...smallest, order: ['stack', 'traffic'] })).toContain(
      'order: has to name each phase once',
    );
  });
});
