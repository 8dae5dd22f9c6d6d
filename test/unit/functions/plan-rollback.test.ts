import {
  CodeDeployClient,
  GetDeploymentCommand,
  GetDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/plan-rollback/handler.ts';
import { InvalidInput, LedgerCorrupt, NoWayBack, TransientFailure } from '../../../shared/errors.ts';
import { deploymentInfo } from '../fixtures/aws-answers.ts';
import { catalogObject } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  codeDeployPlan,
  GOOD_RELEASE,
  goodRelease,
  incidentRecord,
  PLAN_KEY,
  RELEASE,
  releaseRecord,
  stackPlan,
  TEMPLATE_KEY,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const lambda = mockClient(LambdaClient);
let ledger: LedgerDouble;
let stored: Map<string, string>;

beforeEach(async () => {
  codeDeploy.reset();
  lambda.reset();
  codeDeploy.on(GetDeploymentCommand).resolves(deploymentInfo({ status: 'Succeeded' }));
  codeDeploy.on(GetDeploymentGroupCommand).resolves({
    deploymentGroupInfo: {
      alarmConfiguration: { enabled: true, alarms: [{ name: 'canary-errors' }, { name: 'orders-errors' }] },
    },
  });
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
  ledger = new LedgerDouble();
  stored = mockBucket({ ...catalogObject(), [TEMPLATE_KEY]: 'Resources: {}' }).stored;
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord());
  await ledger.incidents.open(incidentRecord());
});

const plan = (incidentId = RELEASE) => build(runtimeOf(ledger))({ incidentId });

it('saves the plan and the list the map reads, and hands on their keys', async () => {
  await expect(plan()).resolves.toEqual({
    planKey: PLAN_KEY,
    itemsKey: `plans/${RELEASE}/1/services.json`,
    services: 1,
  });
  expect(JSON.parse(stored.get(`plans/${RELEASE}/1/services.json`) ?? '')).toEqual([{ service: 'orders' }]);
  expect(JSON.parse(stored.get(PLAN_KEY) ?? '')).toEqual({
    incidentId: RELEASE,
    attempt: 1,
    plannedAt: iso(ledger.now),
    services: [
      {
        service: 'orders',
        fromRelease: RELEASE,
        toRelease: GOOD_RELEASE,
        reason: 'to the release of 2026-01-04 09:00:00 UTC, the newest one verified good that still exists',
        targets: [codeDeployPlan(), stackPlan({ alarms: ['canary-errors', 'orders-errors'] })],
        unchanged: [],
      },
    ],
  });
});

it('keeps the plans of two attempts apart', async () => {
  await ledger.incidents.close(RELEASE, incidentRecord().executionArn, 'needs-person', iso(ledger.now));
  await ledger.incidents.reopen(incidentRecord());
  await expect(plan()).resolves.toMatchObject({ planKey: `plans/${RELEASE}/2/plan.json` });
});

it('looks at releases from before the bad one only', async () => {
  await ledger.releases.open(
    goodRelease({ releaseId: 'orders-20260105T090300Z', startedAt: '2026-01-05T09:03:00.000Z' }),
  );
  await plan();
  expect(JSON.parse(stored.get(PLAN_KEY) ?? '').services[0].toRelease).toBe(GOOD_RELEASE);
});

it('throws NoWayBack, naming what it refused, and saves nothing', async () => {
  lambda
    .on(GetFunctionConfigurationCommand)
    .rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }));
  const attempt = plan();
  await expect(attempt).rejects.toBeInstanceOf(NoWayBack);
  await expect(attempt).rejects.toThrow(`Refused: ${GOOD_RELEASE}: version 4 of `);
  expect([...stored.keys()].filter((key) => key.startsWith('plans/'))).toEqual([]);
});

it('throws NoWayBack rather than go back to the versions of a bad release that were never put back', async () => {
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
