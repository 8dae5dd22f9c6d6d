import { build } from '../../../functions/coordinate/open-incident/handler.ts';
import { InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import type { Judgement } from '../../../shared/judge/judgement.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { compilesMissing } from '../fixtures/compiles-missing.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  GOOD_RELEASE,
  goodRelease,
  incidentRecord,
  RELEASE,
  releaseRecord,
  rollbackPlan,
  watchedDeployment,
} from '../fixtures/records.ts';
import { EXECUTION_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { iso } from '../fixtures/times.ts';

const judgement = {
  verdict: 'unhealthy' as const,
  reason: '21.4 % of 140 requests failed',
  evidence: [{ rule: 'error-rate-limit', finding: 'breach' as const, metric: 'errors', detail: '21.4 %' }],
};
const byMonitor = { service: 'orders', releaseId: RELEASE, deploymentId: DEPLOYMENT, judgement };
let ledger: LedgerDouble;
/** A look at the deployment had this judgement. */
const looked = (found: Judgement, release = releaseRecord()) =>
  ledger.checkpoints.record({
    ...checkpointSubjectOf(release, watchedDeployment()),
    phase: 'health-validation',
    status: 'InProgress',
    at: iso(ledger.now),
    seenAt: iso(ledger.now),
    ...found,
  });

beforeEach(async () => {
  ledger = new LedgerDouble();
  mockBucket(catalogObject());
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord());
  await looked(judgement);
});

const open = (input: unknown, executionArn = EXECUTION_ARN) =>
  build(runtimeOf(ledger))({ executionArn, input });
const closed = async (outcome: 'rolled-back' | 'needs-person') =>
  ledger.incidents.close(RELEASE, EXECUTION_ARN, outcome, iso(ledger.now));

it('has a missing catalog compiled', async () => {
  const compiled = compilesMissing(catalogObject());
  await expect(open({ service: 'orders' })).resolves.toMatchObject({ status: 'opened' });
  expect(compiled()).toEqual([{ onlyIfMissing: true }]);
});

describe('the first start', () => {
  it('opens the incident of the newest release for a person who names the service alone', async () => {
    await expect(open({ service: 'orders' })).resolves.toEqual({
      status: 'opened',
      incidentId: RELEASE,
      service: 'orders',
      attempt: 1,
      planDigest: null,
    });
    await expect(ledger.incidents.get(RELEASE)).resolves.toEqual({
      incidentId: RELEASE,
      service: 'orders',
      releaseId: RELEASE,
      status: 'open',
      attempt: 1,
      reason: 'a person asked for it, and gave no reason',
      evidence: judgement.evidence,
      requestedBy: 'a person in the Step Functions console',
      executionArn: EXECUTION_ARN,
      detectedAt: iso(ledger.now),
      openedAt: iso(ledger.now),
    });
  });

  it("keeps a person's reason and name", async () => {
    await open({ service: 'orders', reason: 'checkout is empty', requestedBy: 'on-call' });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({
      reason: 'checkout is empty',
      requestedBy: 'on-call',
    });
  });

  it("has the watch's evidence against the release, also where a person asks", async () => {
    await open({ service: 'orders', reason: 'as the mail says' });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({
      reason: 'as the mail says',
      evidence: judgement.evidence,
    });
  });

  it('keeps the recipients of its mails', async () => {
    mockBucket(catalogObject(ordersEntry({ owners: ['shop@example.com'] })));
    await open({ service: 'orders' });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({ owners: ['shop@example.com'] });
  });

  it("keeps the monitor's judgement and deployment", async () => {
    await open({ ...byMonitor, AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: 'arn:aws:states:…' });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({
      reason: judgement.reason,
      evidence: judgement.evidence,
      deploymentId: DEPLOYMENT,
    });
  });

  it('marks the release bad and remembers whose execution it is', async () => {
    await open(byMonitor);
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({
      verdict: 'bad',
      incidentId: RELEASE,
      badBy: DEPLOYMENT,
    });
    await expect(ledger.incidents.incidentOfExecution(EXECUTION_ARN)).resolves.toBe(RELEASE);
  });
});

describe('a release that a person declared good', () => {
  const statedGood = { by: 'ana', reason: 'the alarm was wrong', at: '2026-01-05T09:30:00.000Z' };
  beforeEach(async () => {
    ledger = new LedgerDouble();
    await ledger.releases.open(goodRelease());
    await ledger.releases.open(releaseRecord({ verdict: 'good', statedGood }));
    await looked(judgement);
  });

  it.each([{ service: 'orders' }, { service: 'orders', releaseId: RELEASE }])(
    'is not marked bad by a person who follows a mail: %j',
    async (input) => {
      const attempt = open(input);
      await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
      await expect(attempt).rejects.toThrow(
        `release ${RELEASE} of "orders" was declared good by ana on 2026-01-05T09:30:00.000Z (the alarm was wrong); ` +
          'to undo it all the same, add "overrule": true',
      );
      await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'good' });
      await expect(ledger.incidents.find(RELEASE)).resolves.toBeUndefined();
    },
  );

  it('may be planned for, and undone by a person who says so', async () => {
    await expect(open({ service: 'orders', mode: 'plan' })).resolves.toMatchObject({ status: 'plan' });
    await expect(open({ service: 'orders', overrule: true })).resolves.toMatchObject({ status: 'opened' });
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'bad' });
  });

  it('does not stop a watch that sees it fail', async () => {
    await expect(open(byMonitor)).resolves.toMatchObject({ status: 'opened' });
  });
});

describe('an input that plays the monitor', () => {
  const healthy: Judgement = { verdict: 'healthy', reason: '3 of 4000 requests failed', evidence: [] };
  const other = 'd-OTHER0009';

  it.each([
    ['of a deployment that was never judged', byMonitor, [] as Judgement[]],
    ['of a deployment that was found healthy', byMonitor, [healthy]],
    ['of another deployment', { ...byMonitor, deploymentId: other }, [judgement]],
    ['of another release', { ...byMonitor, releaseId: GOOD_RELEASE }, [judgement]],
    ['without a deployment', { service: 'orders', judgement }, [judgement]],
    ['that speaks for the release', { ...byMonitor, judgement: healthy }, [judgement]],
    ['of which only the deployment is named', { service: 'orders', deploymentId: DEPLOYMENT }, [healthy]],
    ['for a plan alone', { ...byMonitor, mode: 'plan', deploymentId: other }, [judgement]],
  ])('with a judgement %s is refused, and nothing is changed', async (_, input, found) => {
    ledger = new LedgerDouble();
    for (const release of [goodRelease(), releaseRecord()]) await ledger.releases.open(release);
    for (const one of found) await looked(one);
    const before = ledger.records();
    const attempt = open(input);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(
      /^judgement: the ledger holds none against (deployment "\S+" of )?release/,
    );
    expect(ledger.records()).toEqual(before);
  });

  it('gets the words of the ledger where the release was found bad as a whole', async () => {
    ledger = new LedgerDouble();
    const foundBad = { ...judgement, at: iso(ledger.now) };
    const { verdict: _, ...found } = foundBad;
    await ledger.releases.open(goodRelease());
    await ledger.releases.open(releaseRecord({ deployments: {}, foundBad: found }));
    const louder = { ...judgement, reason: 'everything is on fire', evidence: [] };
    await expect(open({ service: 'orders', releaseId: RELEASE, judgement: louder })).resolves.toMatchObject({
      status: 'opened',
    });
    const incident = await ledger.incidents.get(RELEASE);
    expect(incident).toMatchObject({ reason: judgement.reason, evidence: judgement.evidence });
    // No person requested it: its autonomy and budgets count.
    expect(incident).not.toHaveProperty('requestedBy');
    expect(incident).not.toHaveProperty('deploymentId');
    await expect(open({ service: 'orders', judgement: louder }, 'arn:other')).resolves.toMatchObject({
      status: 'joined',
    });
  });

  it('gets the words of the ledger where the deployment was found bad, whatever the input says', async () => {
    const louder = { ...judgement, reason: 'everything is on fire', evidence: [] };
    await open({ ...byMonitor, judgement: louder });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({
      reason: judgement.reason,
      evidence: judgement.evidence,
    });
  });

  it('is known by a judgement that was recorded without its reason, too', async () => {
    ledger = new LedgerDouble();
    await ledger.releases.open(releaseRecord());
    const { reason: _, ...found } = judgement;
    await looked(found as Judgement);
    await open(byMonitor);
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({ reason: '21.4 %' });
  });
});

describe('a further start', () => {
  it('is the same when its first answer was lost', async () => {
    await open(byMonitor);
    await expect(open(byMonitor)).resolves.toMatchObject({ status: 'opened', attempt: 1 });
  });

  it('joins where its incident was ended, and the execution redriven', async () => {
    await open(byMonitor);
    await closed('needs-person');
    await expect(open(byMonitor)).resolves.toMatchObject({ status: 'joined' });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({ status: 'closed' });
  });

  it('joins while another execution has the incident', async () => {
    await open(byMonitor);
    await expect(open({ service: 'orders' }, 'arn:other')).resolves.toMatchObject({ status: 'joined' });
    await expect(ledger.incidents.get(RELEASE)).resolves.toMatchObject({ executionArn: EXECUTION_ARN });
  });

  it('joins an incident that ended rolled back', async () => {
    await open(byMonitor);
    await closed('rolled-back');
    await expect(open({ service: 'orders' }, 'arn:other')).resolves.toMatchObject({ status: 'joined' });
  });

  it('by a person opens an unfinished incident for one more attempt', async () => {
    await open(byMonitor);
    await closed('needs-person');
    await expect(open({ service: 'orders', requestedBy: 'on-call' }, 'arn:other')).resolves.toMatchObject({
      status: 'opened',
      attempt: 2,
    });
    const incident = await ledger.incidents.get(RELEASE);
    expect(incident).toMatchObject({ status: 'open', attempt: 2, executionArn: 'arn:other' });
    expect(incident).not.toHaveProperty('outcome');
    expect(incident).not.toHaveProperty('closedAt');
  });

  it('by the monitor joins an unfinished incident: it was for a person', async () => {
    await open(byMonitor);
    await closed('needs-person');
    await expect(open(byMonitor, 'arn:other')).resolves.toMatchObject({ status: 'joined', attempt: 1 });
  });
});

describe('a start that only asks for the plan', () => {
  it('opens nothing and marks nothing', async () => {
    const before = ledger.records();
    await expect(open({ service: 'orders', mode: 'plan' })).resolves.toEqual({
      status: 'plan',
      incidentId: RELEASE,
      service: 'orders',
      attempt: 0,
      planDigest: null,
    });
    expect(ledger.records()).toEqual(before);
  });
});

describe('a start that names a plan', () => {
  const planned = (digest: string) =>
    mockBucket({
      ...catalogObject(),
      [`plans/${RELEASE}/0/plan.json`]: { ...rollbackPlan(), attempt: 0, digest },
    });

  it('opens the incident where it is the latest plan of the release', async () => {
    planned('0123456789abcdef');
    await expect(open({ service: 'orders', planDigest: '0123456789abcdef' })).resolves.toMatchObject({
      status: 'opened',
      planDigest: '0123456789abcdef',
    });
  });

  it('opens it again where that plan was recommended by its first attempt', async () => {
    mockBucket({ ...catalogObject(), [`plans/${RELEASE}/1/plan.json`]: rollbackPlan() });
    const closed = incidentRecord({ status: 'closed', outcome: 'needs-person', executionArn: 'arn:first' });
    await ledger.incidents.open(closed);
    await expect(open({ service: 'orders', planDigest: rollbackPlan().digest })).resolves.toMatchObject({
      status: 'opened',
      attempt: 2,
    });
  });

  it('is refused where it is not, before anything is marked', async () => {
    planned('fedcba9876543210');
    const attempt = open({ service: 'orders', planDigest: '0123456789abcdef' });
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(`is not the latest plan for release ${RELEASE}`);
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'candidate' });
  });
});

describe('a release that an incident of another service takes back', () => {
  beforeEach(() => ledger.releases.markUndone(RELEASE, 'platform-20260105T080000Z'));

  it('is no longer the monitor’s: we ended the deployment that it saw end', async () => {
    await expect(open(byMonitor)).resolves.toMatchObject({ status: 'superseded' });
  });

  it('may still be rolled back separately, by a person', async () => {
    await expect(open({ service: 'orders' })).resolves.toMatchObject({ status: 'opened' });
  });
});

describe('a service that was restored while others of its incident were not', () => {
  const putBack = goodRelease({
    releaseId: 'orders-20260105T091500Z',
    startedAt: '2026-01-05T09:15:00.000Z',
    restores: GOOD_RELEASE,
    restoredBy: RELEASE,
  });

  it.each([
    ['partly-rolled-back', RELEASE, 2],
    ['traffic-restored', RELEASE, 2],
    ['needs-person', putBack.releaseId, 1],
  ] as const)('with outcome %s is taken up again as %s', async (outcome, incidentId, attempt) => {
    await open(byMonitor);
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, outcome, iso(ledger.now));
    await ledger.releases.open(putBack);
    await expect(open({ service: 'orders' }, 'arn:other')).resolves.toMatchObject({
      status: 'opened',
      incidentId,
      attempt,
    });
  });
});

describe('a release that is not the newest', () => {
  it('is superseded when the monitor names it, and nothing is changed', async () => {
    const newer = { releaseId: 'orders-20260105T090100Z', startedAt: '2026-01-05T09:01:00.000Z' };
    await ledger.releases.open(releaseRecord({ ...newer, deployments: {} }));
    const before = ledger.records();
    await expect(open(byMonitor)).resolves.toEqual({
      status: 'superseded',
      incidentId: RELEASE,
      service: 'orders',
      attempt: 0,
      planDigest: null,
    });
    expect(ledger.records()).toEqual(before);
  });

  it('is refused when a person names it', async () => {
    const attempt = open({ service: 'orders', releaseId: GOOD_RELEASE });
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(
      `releaseId: "${GOOD_RELEASE}" is not the newest release of "orders"`,
    );
  });

  it.each(['orders-20250101T000000Z', 'payment-20260105T090000Z'])(
    'is refused when it is no release of the service: %s',
    async (releaseId) => {
      await expect(open({ ...byMonitor, releaseId })).rejects.toBeInstanceOf(InvalidInput);
    },
  );
});

describe('refusals', () => {
  it.each([
    [{}, 'service: '],
    [null, 'input: '],
    [{ service: 'Orders' }, 'service: must be 1 to 40 lower-case letters'],
    [{ service: 'orders', reason: '' }, 'reason: '],
    [{ service: 'orders', mode: 'plan', planDigest: '0123456789abcdef' }, 'planDigest: is for a rollback'],
    [{ service: 'orders', releaseId: 'x'.repeat(3000) }, 'releaseId: must be the id of a release'],
    [{ service: 'orders', deploymentId: `d-${'X'.repeat(3000)}` }, 'deploymentId: must be the id of'],
    [{ service: 'orders', requestedBy: ' \u3000\u2800' }, 'requestedBy: must not be blank'],
    [{ service: 'orders', reason: 'a\nb' }, 'reason: must be one line of plain text'],
    [{ service: 'orders', reason: 'evil \u202Etxt' }, 'reason: must be one line of plain text'],
    [{ service: 'orders', releaseID: RELEASE }, 'releaseID: is not a known field; did you mean "releaseId"?'],
    [
      { service: 'orders', mode: 'pln' },
      'mode: must be one of "plan", "roll-back", not "pln"; did you mean "plan"?',
    ],
    [{}, 'service: is missing: it must be a string'],
    [{ service: 5 }, 'service: must be a string, not 5'],
    [null, 'input: must be an object, not null'],
    [Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n])), '; and 491 more problems'],
    [{ service: 'constructor' }, 'service: "constructor" is not in the catalog'],
    [{ service: 'orders', force: true }, 'force: is not a known field'],
    [{ service: 'order' }, 'service: "order" is not in the catalog; did you mean "orders"?'],
  ])('refuses %j', async (input, reason) => {
    const attempt = open(input);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(reason);
  });

  it('refuses an event without an execution', async () => {
    await expect(build(runtimeOf(ledger))({ input: { service: 'orders' } })).rejects.toThrow(
      'executionArn: ',
    );
  });

  it('refuses a service that has no release yet', async () => {
    ledger = new LedgerDouble();
    const attempt = open({ service: 'orders' });
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow('no release of "orders" has been recorded');
  });

  it('throws TransientFailure when DynamoDB fails', async () => {
    ledger.refuseNext('Query', 'InternalServerError', 500);
    await expect(open(byMonitor)).rejects.toBeInstanceOf(TransientFailure);
  });
});
