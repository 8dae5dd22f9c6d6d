import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  BatchGetDeploymentTargetsCommand,
  CodeDeployClient,
  GetDeploymentCommand,
  ListDeploymentTargetsCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/coordinate/plan-rollback/handler.ts';
import {
  InvalidInput,
  Irreversible,
  LedgerCorrupt,
  NoWayBack,
  PlanOutdated,
  TransientFailure,
} from '../../../shared/errors.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';
import { allowTraffic, deploymentInfo, lambdaTarget, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  codeDeployPlan,
  DEPLOYMENT,
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  incidentRecord,
  PLAN_KEY,
  RELEASE,
  ROLE_ARN,
  releaseRecord,
  savedTemplates,
  stackPinPlan,
  stackPlan,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const cloudFormation = mockClient(CloudFormationClient);
const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;
let stored: Map<string, string>;

beforeEach(async () => {
  cloudFormation.reset();
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ RoleARN: ROLE_ARN }));
  cloudFormation.on(ListStackResourcesCommand).resolves({});
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: '{"Resources": {}}' });
  codeDeploy.reset();
  lambda.reset();
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Succeeded' }));
  lambda.on(GetAliasCommand).resolves({ FunctionVersion: '5', RevisionId: 'r' });
  codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: [] });
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
  ledger = new LedgerDouble();
  stored = mockBucket({ ...catalogObject(), ...savedTemplates }).stored;
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord());
  await ledger.incidents.open(incidentRecord());
});

const plan = (incidentId = RELEASE, changes = {}) => build(runtimeOf(ledger))({ incidentId, ...changes });
const saved = (attempt = 1) => JSON.parse(stored.get(`plans/${RELEASE}/${attempt}/plan.json`) ?? '{}');

it('saves the plan and the lists that the maps read, and passes on their keys', async () => {
  await expect(plan()).resolves.toEqual({
    status: 'planned',
    planKey: PLAN_KEY,
    itemsKeys: {
      traffic: `plans/${RELEASE}/1/traffic.json`,
      pins: `plans/${RELEASE}/1/pins.json`,
      rest: `plans/${RELEASE}/1/rest.json`,
    },
    services: 1,
    digest: expect.stringMatching(/^[0-9a-f]{16}$/),
  });
  for (const wave of ['traffic', 'pins', 'rest']) {
    expect(JSON.parse(stored.get(`plans/${RELEASE}/1/${wave}.json`) ?? '')).toEqual([
      { service: 'orders', waits: false },
    ]);
  }
  expect(JSON.parse(stored.get(PLAN_KEY) ?? '')).toEqual({
    incidentId: RELEASE,
    attempt: 1,
    plannedAt: iso(ledger.now),
    digest: expect.stringMatching(/^[0-9a-f]{16}$/),
    stays: [],
    services: [
      {
        service: 'orders',
        fromRelease: RELEASE,
        toRelease: GOOD_RELEASE,
        reason: 'to the release of 2026-01-04 09:00:00 UTC, the newest one verified good that still exists',
        targets: [codeDeployPlan(), stackPinPlan(), stackPlan()],
        unchanged: [],
        undoes: [RELEASE],
        waitsFor: [],
        notifies: [],
        risks: [],
        plannedAt: iso(ledger.now),
      },
    ],
  });
});

it('keeps the plans of two attempts apart', async () => {
  await ledger.incidents.close(RELEASE, incidentRecord().executionArn, 'needs-person', iso(ledger.now));
  await ledger.incidents.reopen(incidentRecord());
  await expect(plan()).resolves.toMatchObject({ planKey: `plans/${RELEASE}/2/plan.json` });
});

const later = { releaseId: 'orders-20260105T090300Z', startedAt: '2026-01-05T09:03:00.000Z' };

it('plans nothing where a good release took the place of the bad one', async () => {
  await ledger.releases.open(goodRelease(later));
  await expect(plan()).resolves.toEqual({ status: 'not-needed', supersededBy: later.releaseId });
  expect(stored.has(PLAN_KEY)).toBe(false);
});

it("plans the same again after this incident's own changes in an earlier attempt", async () => {
  await ledger.releases.open(goodRelease({ ...later, restores: GOOD_RELEASE, restoredBy: RELEASE }));
  await plan();
  expect(saved().services[0].toRelease).toBe(GOOD_RELEASE);
});

it('treats a restored state from before the first bad deployment as the state before it', async () => {
  const restored = { releaseId: 'orders-20260105T090010Z', startedAt: '2026-01-05T09:00:10.000Z' };
  const [deployment] = Object.values(releaseRecord().deployments);
  await ledger.releases.addDeployment(RELEASE, {
    ...(deployment as NonNullable<typeof deployment>),
    deploymentId: 'd-LATE00001',
    createdAt: '2026-01-05T09:01:00.000Z',
  });
  await ledger.releases.open(goodRelease({ ...restored, restores: GOOD_RELEASE }));
  await plan();
  expect(saved().services[0].toRelease).toBe(restored.releaseId);
});

describe('a plan on request only', () => {
  it('needs no incident, and is kept apart', async () => {
    const asked = await plan(RELEASE, { mode: 'plan' });
    expect(asked).toMatchObject({ status: 'planned', planKey: `plans/${RELEASE}/0/plan.json` });
    expect(saved(0)).toMatchObject({ attempt: 0, services: [{ service: 'orders' }] });
    expect(stored.has(PLAN_KEY)).toBe(false);
  });

  it('is executed as long as planning yields the same plan', async () => {
    await plan(RELEASE, { mode: 'plan' });
    await expect(plan(RELEASE, { planDigest: saved(0).digest })).resolves.toMatchObject({
      status: 'planned',
    });
  });

  it('names the changes since a person approved the plan of this attempt', async () => {
    await plan();
    await ledger.releases.open(
      goodRelease({ releaseId: 'orders-20260104T220000Z', startedAt: '2026-01-04T22:00:00.000Z' }),
    );
    await expect(plan(RELEASE, { planDigest: saved(1).digest })).rejects.toThrow(
      `orders would go back to orders-20260104T220000Z, not to ${GOOD_RELEASE}`,
    );
  });

  it('is refused once the state has changed, naming the changes', async () => {
    await plan(RELEASE, { mode: 'plan' });
    await ledger.releases.open(
      goodRelease({ releaseId: 'orders-20260104T220000Z', startedAt: '2026-01-04T22:00:00.000Z' }),
    );
    const attempt = plan(RELEASE, { planDigest: saved(0).digest });
    await expect(attempt).rejects.toBeInstanceOf(PlanOutdated);
    await expect(attempt).rejects.toThrow(
      `orders would go back to orders-20260104T220000Z, not to ${GOOD_RELEASE}. Plan again.`,
    );
    expect(stored.has(PLAN_KEY)).toBe(false);
  });
});

describe('several services', () => {
  const consumer = (changes: Record<string, unknown> = {}) =>
    ordersEntry({
      service: 'storefront',
      dependsOn: ['orders'],
      stack: 'shop-storefront',
      targets: [{ kind: 'codedeploy', function: 'CreateOrder' }],
      ...changes,
    });
  const releaseOf = (day: string, time: string, changes: object = {}) =>
    goodRelease({
      releaseId: `storefront-202601${day}T${time}Z`,
      service: 'storefront',
      startedAt: `2026-01-${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:00.000Z`,
      snapshot: goodRelease().snapshot?.slice(0, 1) ?? [],
      ...changes,
    });
  const live = releaseOf('05', '091000');

  beforeEach(async () => {
    await ledger.releases.open(releaseOf('04', '100000'));
    lambda.on(GetAliasCommand).resolves({ FunctionVersion: '4', RevisionId: 'r' });
  });

  it('go back, consumers first, each with the services it waits for and the reason', async () => {
    stored = mockBucket({ ...catalogObject(ordersEntry(), consumer()), ...savedTemplates }).stored;
    await ledger.releases.open(live);
    await expect(plan()).resolves.toMatchObject({ services: 2 });
    expect(saved().services).toMatchObject([
      {
        service: 'storefront',
        fromRelease: live.releaseId,
        toRelease: 'storefront-20260104T100000Z',
        reason: expect.stringMatching(
          /^it was released 2026-01-05 09:10:00 UTC, on top of the release of orders/,
        ),
        waitsFor: [],
        notifies: ['orders'],
      },
      { service: 'orders', waitsFor: ['storefront'], notifies: [] },
    ]);
    expect(JSON.parse(stored.get(`plans/${RELEASE}/1/traffic.json`) ?? '')).toEqual([
      { service: 'storefront', waits: false },
      { service: 'orders', waits: true },
    ]);
    expect(JSON.parse(stored.get(`plans/${RELEASE}/1/services/orders.json`) ?? '')).toEqual(
      saved().services[1],
    );
  });

  it('stay where they were released before the undone releases, with the reason', async () => {
    stored = mockBucket({ ...catalogObject(ordersEntry(), consumer()), ...savedTemplates }).stored;
    await plan();
    expect(saved()).toMatchObject({
      services: [{ service: 'orders' }],
      stays: [
        {
          service: 'storefront',
          why: 'unchanged',
          reason: expect.stringContaining('unchanged since 2026-01-04 10:00:00 UTC'),
        },
      ],
    });
  });

  it('freeze where a service on the way is irreversible', async () => {
    const irreversible = consumer({ policy: { irreversible: 'the orders are migrated' } });
    stored = mockBucket({ ...catalogObject(ordersEntry(), irreversible), ...savedTemplates }).stored;
    await ledger.releases.open(live);
    const attempt = plan();
    await expect(attempt).rejects.toBeInstanceOf(Irreversible);
    await expect(attempt).rejects.toMatchObject({
      message:
        'storefront is declared irreversible (the orders are migrated). It would have to go back: it was released ' +
        '2026-01-05 09:10:00 UTC, on top of the release of orders of 2026-01-05 09:00:00 UTC, which is undone.',
    });
  });

  it('freeze for the bad service itself where it is irreversible, whatever the state of the others', async () => {
    const irreversible = { irreversible: 'the orders are migrated' };
    const entries = [
      ordersEntry({ policy: irreversible }),
      consumer({ policy: { irreversible: 'mails are out' } }),
    ];
    stored = mockBucket({ ...catalogObject(...entries), ...savedTemplates }).stored;
    const own = 'orders is declared irreversible (the orders are migrated).';
    await expect(plan()).rejects.toMatchObject({ name: 'Irreversible', message: own });
  });

  it.each([
    [1, ['where it does not come back, orders goes back all the same']],
    [2, ['where it does not come back, platform, orders go back all the same']],
  ])(
    'have a risk where one of them lets the %i services that wait for it proceed without it',
    async (providers, risks) => {
      const entries = [
        consumer({ policy: { onFailure: 'continue' }, dependsOn: ['orders', 'platform'] }),
        ordersEntry(),
        ordersEntry({ service: 'platform', dependsOn: providers === 1 ? [] : ['orders'] }),
      ];
      stored = mockBucket({ ...catalogObject(...entries), ...savedTemplates }).stored;
      await ledger.releases.open(live);
      const before = { service: 'platform', releaseId: 'platform-20260103T090000Z' };
      await ledger.releases.open(goodRelease({ ...before, startedAt: '2026-01-03T09:00:00.000Z' }));
      if (providers === 2) {
        const onTop = { service: 'platform', releaseId: 'platform-20260105T090500Z' };
        await ledger.releases.open(goodRelease({ ...onTop, startedAt: '2026-01-05T09:05:00.000Z' }));
      }
      await plan();
      const [storefront, ...others] = saved().services;
      expect(storefront).toMatchObject({ service: 'storefront', onFailure: 'continue', risks });
      expect(others).toHaveLength(providers);
      for (const { risks: none } of others) expect(none).toEqual([]);
    },
  );

  it('are refused where one has nothing to go back to, with its candidates', async () => {
    stored = mockBucket({ ...catalogObject(ordersEntry(), consumer()), ...savedTemplates }).stored;
    await ledger.releases.markBad('storefront-20260104T100000Z', 'storefront-20260104T100000Z');
    await ledger.releases.open(live);
    const attempt = plan();
    await expect(attempt).rejects.toBeInstanceOf(NoWayBack);
    await expect(attempt).rejects.toMatchObject({
      message:
        'The ledger holds no release of storefront that it could go back to (it was released 2026-01-05 09:10:00 UTC, ' +
        'on top of the release of orders of 2026-01-05 09:00:00 UTC, which is undone) that was verified good and still ' +
        'exists. Refused: storefront-20260104T100000Z: marked bad by incident storefront-20260104T100000Z.',
    });
  });
});

describe('releases on top of the bad one, by traffic', () => {
  const consumer = () => ({
    ...ordersEntry(),
    service: 'storefront',
    stack: 'shop-storefront',
    dependsOn: ['orders'],
  });
  const consumers = (servedFrom: string | null) => {
    const releaseId = 'storefront-20260105T091000Z';
    const deployment = watchedDeployment({ deploymentId: 'd-STORE', servedFrom });
    const live = {
      service: 'storefront',
      startedAt: '2026-01-05T09:10:00.000Z',
      deployments: { 'd-STORE': deployment },
    };
    return [
      goodRelease({ releaseId: 'storefront-20260104T100000Z', service: 'storefront' }),
      goodRelease({ releaseId, ...live }),
    ];
  };
  const movedBeside = async (servedFrom: string | null, badStatus: string, traffic?: string) => {
    stored = mockBucket({ ...catalogObject(ordersEntry(), consumer()), ...savedTemplates }).stored;
    for (const one of consumers(servedFrom)) await ledger.releases.open(one);
    codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: badStatus as 'Failed' }));
    if (traffic) {
      codeDeploy.on(ListDeploymentTargetsCommand).resolves({ targetIds: ['x'] });
      codeDeploy
        .on(BatchGetDeploymentTargetsCommand)
        .resolves({ deploymentTargets: [lambdaTarget({}, allowTraffic(traffic))] });
    }
    await plan();
    return saved();
  };

  it('are none where users never met the bad release', async () => {
    const { services, stays } = await movedBeside('2026-01-05T09:11:00.000Z', 'Failed');
    expect(services.map(({ service }: { service: string }) => service)).toEqual(['orders']);
    expect(stays).toMatchObject([{ service: 'storefront', why: 'never-served' }]);
  });

  it.each([
    ['nothing where the consumer took traffic first', '2026-01-05T09:12:00.000Z', ['orders']],
    ['the consumer that took traffic later', '2026-01-05T09:10:30.000Z', ['storefront', 'orders']],
  ])('are %s', async (_, traffic, moved) => {
    const { services } = await movedBeside('2026-01-05T09:11:00.000Z', 'InProgress', traffic);
    expect(services.map(({ service }: { service: string }) => service)).toEqual(moved);
  });

  it('exclude a consumer whose release ended before a user met it', async () => {
    const { services, stays } = await movedBeside(null, 'InProgress', '2026-01-05T09:05:00.000Z');
    expect(services.map(({ service }: { service: string }) => service)).toEqual(['orders']);
    expect(stays).toMatchObject([{ service: 'storefront', why: 'unchanged' }]);
  });

  it('calls CodeDeploy for no deployment that the ledger knows, nor for one that is long over', async () => {
    await ledger.releases.recordTraffic(RELEASE, DEPLOYMENT, '2026-01-05T09:02:00.000Z');
    await plan();
    expect(codeDeploy.commandCalls(ListDeploymentTargetsCommand)).toHaveLength(0);
    ledger = new LedgerDouble();
    await ledger.releases.open(goodRelease());
    await ledger.releases.open(releaseRecord());
    await ledger.incidents.open(incidentRecord());
    ledger.now += 4 * 24 * 3_600_000;
    await plan();
    expect(codeDeploy.commandCalls(ListDeploymentTargetsCommand)).toHaveLength(0);
  });
});

it('goes to a release that served well and is not settled yet, which becomes a restore point', async () => {
  const releaseId = 'orders-20260105T080000Z';
  const served = watchedDeployment({
    deploymentId: 'd-SERVED',
    toVersion: '4',
    createdAt: '2026-01-05T08:00:10.000Z',
    servesWellSince: '2026-01-05T08:20:00.000Z',
  });
  await ledger.releases.open(
    goodRelease({
      releaseId,
      startedAt: '2026-01-05T08:00:00.000Z',
      verdict: 'candidate',
      deployments: { 'd-SERVED': served },
    }),
  );
  await plan();
  expect(saved().services[0]).toMatchObject({
    toRelease: releaseId,
    reason:
      'to the release of 2026-01-05 08:00:00 UTC, the newest one proved while it served that still exists',
  });
  expect((await ledger.releases.get(releaseId)).verdict).toBe('served-well');
});

it('throws NoWayBack, naming the refused releases, and saves nothing', async () => {
  lambda
    .on(GetFunctionConfigurationCommand)
    .rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
  const attempt = plan();
  await expect(attempt).rejects.toBeInstanceOf(NoWayBack);
  await expect(attempt).rejects.toThrow(`Refused: ${GOOD_RELEASE}: version 4 of `);
  expect([...stored.keys()].filter((key) => key.startsWith('plans/'))).toEqual([]);
});

it('throws NoWayBack rather than go back to the code and the configuration of the bad release', async () => {
  const made = (code: string) => ({ code, configuration: 'c' });
  const [alias, stack] = goodSnapshot;
  ledger = new LedgerDouble();
  const snapshot = [{ ...alias, configurationSha256: 'c' }, stack] as TargetSnapshot[];
  await ledger.releases.open(goodRelease({ snapshot }));
  const digests = { from: made('other'), to: made('sha-of-4') };
  const deployments = { [DEPLOYMENT]: watchedDeployment({ digests }) };
  await ledger.releases.open(releaseRecord({ deployments }));
  await ledger.incidents.open(incidentRecord());
  await expect(plan()).rejects.toThrow(
    `Refused: ${GOOD_RELEASE}: it has the code and the configuration of ${RELEASE}, which is bad`,
  );
});

it('throws NoWayBack rather than go back to the versions of a bad release that were never restored', async () => {
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Stopped' }));
  const [deployment] = Object.values(releaseRecord().deployments);
  await ledger.releases.markBad(GOOD_RELEASE, GOOD_RELEASE);
  await ledger.releases.addDeployment(GOOD_RELEASE, {
    ...(deployment as NonNullable<typeof deployment>),
    deploymentId: 'd-EARLIER00',
    toVersion: deployment?.fromVersion ?? '',
  });
  await expect(plan()).rejects.toBeInstanceOf(NoWayBack);
});

it('refuses an input without an incident, naming the field', async () => {
  const attempt = build(runtimeOf(ledger))({ incident: RELEASE });
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(/incidentId: .*incident: is not a known field/);
});

it('throws LedgerCorrupt for an incident the ledger does not hold', async () => {
  await expect(plan('orders-20250101T000000Z')).rejects.toBeInstanceOf(LedgerCorrupt);
});

it('throws TransientFailure, not NoWayBack, when Lambda throttles', async () => {
  lambda.on(GetFunctionConfigurationCommand).rejects(throttled());
  await expect(plan()).rejects.toBeInstanceOf(TransientFailure);
});
