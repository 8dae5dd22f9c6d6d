import {
  CloudFormationClient,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  ListAlarmMuteRulesCommand,
} from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient, type DeploymentStatus, GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { LabelParameterVersionCommand, SSMClient } from '@aws-sdk/client-ssm';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/watch/settle-release/handler.ts';
import { InvalidInput, LedgerCorrupt, TransientFailure } from '../../../shared/errors.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';
import { alias, deploymentInfo, notProvisioned, stackOf } from '../fixtures/aws-answers.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  FUNCTION,
  GOOD_RELEASE,
  goodRelease,
  goodSnapshot,
  RELEASE,
  releaseRecord,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso, RELEASED_AT } from '../fixtures/times.ts';

const input = {
  deploymentId: DEPLOYMENT,
  releaseId: RELEASE,
  verdict: 'healthy',
  requests: 900,
  errors: 1,
  reason: '1 of 900 requests failed',
  executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:rollback-monitor-deployment:d-ORDERS005',
};
const sibling = { ...input, deploymentId: 'd-ORDERS006' };

const cloudFormation = mockClient(CloudFormationClient);
const cloudWatch = mockClient(CloudWatchClient);
const lambda = mockClient(LambdaClient);
const sns = mockClient(SNSClient);
const ssm = mockClient(SSMClient);
let ledger: LedgerDouble;
let stored: Map<string, string>;

beforeEach(async () => {
  ssm.reset();
  for (const mock of [cloudFormation, cloudWatch, lambda, sns]) mock.reset();
  alarms({ AlarmName: 'orders-errors', StateValue: 'OK', StateTransitionedTimestamp: new Date(RELEASED_AT) });
  cloudWatch.on(ListAlarmMuteRulesCommand).resolves({});
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(notProvisioned());
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-5', State: 'Active' });
  cloudFormation.on(DescribeStacksCommand).resolves(stackOf());
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: {}' });
  cloudFormation.on(ListStackResourcesCommand).resolves({ StackResourceSummaries: [] });
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  stored = mockBucket(catalogObject()).stored;
  await ledger.releases.open(releaseRecord());
});

const alarms = (...MetricAlarms: object[]) => cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms });
const settle = (changes: object = input) => build(runtimeOf(ledger))(changes);
/** A body as one line, because bodies are wrapped. */
const flat = (body: string | undefined) => body?.replace(/\s+/g, ' ');
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);

it('confirms a release good with a snapshot of the live state', async () => {
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  const release = await ledger.releases.get(RELEASE);
  expect(release.verdict).toBe('good');
  expect(release.snapshot).toMatchObject([
    // The stack does not name its function, so the logical id is used.
    { target: 'CreateOrder:live', function: 'CreateOrder', version: '5', codeSha256: 'sha-of-5' },
    { target: 'stack', stack: 'shop-orders' },
  ]);
  expect(release.deployments[DEPLOYMENT]?.settled).toEqual({
    verdict: 'healthy',
    at: iso(ledger.now),
    requests: 900,
    errors: 1,
    reason: '1 of 900 requests failed',
  });
});

it('records that the watch of the deployment is over, once, by the time it was settled', async () => {
  await settle();
  const settledAt = iso(ledger.now);
  ledger.now += 60_000;
  await settle();
  const checkpoints = await ledger.checkpoints.list('orders');
  expect(checkpoints).toHaveLength(1);
  expect(checkpoints[0]).toMatchObject({
    phase: 'ended',
    verdict: 'healthy',
    at: settledAt,
    seenAt: settledAt,
  });
});

it('leaves out the template of an update that began since', async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ LastUpdatedTime: new Date(ledger.now), StackStatus: 'UPDATE_IN_PROGRESS' }));
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  expect((await ledger.releases.get(RELEASE)).snapshot?.map(({ target }) => target)).toEqual([
    'CreateOrder:live',
  ]);
});

it('records the version of the release, whatever version the alias has by now', async () => {
  lambda.on(GetAliasCommand).resolves(alias('6'));
  await settle();
  expect((await ledger.releases.get(RELEASE)).snapshot).toMatchObject([
    { version: '5' },
    { target: 'stack' },
  ]);
});

it('keeps the first snapshot when it runs again', async () => {
  await settle();
  const { snapshot } = await ledger.releases.get(RELEASE);
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: 'Resources: { Later: {} }' });
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  expect((await ledger.releases.get(RELEASE)).snapshot).toEqual(snapshot);
});

it('saves the original template, since CloudFormation keeps no earlier ones', async () => {
  await settle();
  expect(cloudFormation.commandCalls(GetTemplateCommand)[0]?.args[0].input).toEqual({
    StackName: 'shop-orders',
    TemplateStage: 'Original',
  });
  const key = [...stored.keys()].find((one) => one.startsWith('templates/orders/')) ?? '';
  expect(stored.get(key)).toBe('Resources: {}');
});

it('notifies the stakeholders once', async () => {
  await settle();
  await settle();
  expect(mails()).toHaveLength(1);
  expect(mails()[0]?.Subject).toContain('orders: release confirmed good');
  expect(mails()[0]?.Message).toContain('version 4 -> 5: healthy, 900 requests, 1 failed (0.11 %)');
});

it('waits for the other deployments of the release', async () => {
  await ledger.releases.addDeployment(RELEASE, watchedDeployment({ deploymentId: 'd-ORDERS006' }));
  await expect(settle()).resolves.toEqual({ settlement: 'waiting' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()).toHaveLength(0);
  await expect(settle({ ...sibling, verdict: 'insufficient' })).resolves.toEqual({ settlement: 'good' });
});

it('leaves a release unproven without a good deployment', async () => {
  await expect(settle({ ...input, verdict: 'insufficient', requests: 0, errors: 0 })).resolves.toEqual({
    settlement: 'unproven',
  });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()[0]?.Subject).toContain('orders: release unproven, no verdict');
});

it('leaves a release unproven that was healthy with fewer requests than its policy asks for', async () => {
  await expect(settle({ ...input, requests: 99, errors: 0 })).resolves.toEqual({ settlement: 'unproven' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()[0]?.Subject).toContain('release unproven, although it did well');
  expect(flat(mails()[0]?.Message)).toContain(
    'it served 99 requests until the end of its bake, and policy.bake.minRequests asks for 100',
  );
});

it('keeps the record from when the stack update completed', async () => {
  const snapshot = [{ ...(goodSnapshot[0] as AliasSnapshot), version: '5' }];
  await ledger.releases.addSnapshot(RELEASE, snapshot, iso(ledger.now));
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
  expect((await ledger.releases.get(RELEASE)).snapshot).toEqual(snapshot);
  expect(cloudFormation.commandCalls(GetTemplateCommand)).toHaveLength(0);
});

describe('parameters of a good release', () => {
  const writtenAt = RELEASED_AT;
  const parameters = ['/orders/a', '/orders/b'].map((name) => {
    return { name, version: 7, writtenAt, type: 'String' as const, tier: 'Standard' as const };
  });
  const labelled = () =>
    ssm.commandCalls(LabelParameterVersionCommand).map(({ args }) => {
      const { Name, ParameterVersion, Labels } = args[0].input;
      return `${Name}:${ParameterVersion} ${Labels}`;
    });

  async function settleWith(labels: boolean, changes: object = input) {
    const targets = [
      { kind: 'codedeploy', function: 'CreateOrder' },
      { kind: 'parameter', path: '/orders', labels },
    ];
    mockBucket(catalogObject(ordersEntry({ targets })));
    const snapshot = [
      goodSnapshot[0] as AliasSnapshot,
      { kind: 'parameter' as const, target: '/orders/*', parameters },
    ];
    await ledger.releases.addSnapshot(RELEASE, snapshot, iso(ledger.now));
    return settle(changes);
  }

  it('are labelled where the target asks for it', async () => {
    await expect(settleWith(true)).resolves.toEqual({ settlement: 'good' });
    expect(labelled()).toEqual(['/orders/a:7 good', '/orders/b:7 good']);
  });

  it('are not labelled otherwise', async () => {
    await expect(settleWith(false)).resolves.toEqual({ settlement: 'good' });
    expect(labelled()).toEqual([]);
  });

  it('are not labelled while it is not good', async () => {
    await settleWith(true, { ...input, verdict: 'insufficient' });
    expect(labelled()).toEqual([]);
  });
});

it.each(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_FAILED'] as const)(
  'is unproven where the stack update that brought it in ended %s',
  async (status) => {
    cloudFormation.on(DescribeStacksCommand).resolves(stackOf({ StackStatus: status }));
    await expect(settle()).resolves.toEqual({ settlement: 'unproven' });
    expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
    expect(flat(mails()[0]?.Message)).toContain(
      `the update of stack shop-orders that brought it in did not go through (${status})`,
    );
  },
);

it('is good although a later update of the stack was rolled back', async () => {
  cloudFormation
    .on(DescribeStacksCommand)
    .resolves(stackOf({ LastUpdatedTime: new Date(ledger.now), StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }));
  await expect(settle()).resolves.toEqual({ settlement: 'good' });
});

it('is unproven, with the reason, beside a function that a bad release left behind', async () => {
  const snapshot = goodSnapshot.map((one) => ({ ...one, target: one.target.replace('Create', 'List') }));
  await ledger.releases.addSnapshot(RELEASE, snapshot, iso(ledger.now));
  const deployment = watchedDeployment({ target: 'ListOrder:live', toVersion: '4' });
  await ledger.releases.open(
    goodRelease({ verdict: 'bad', deployments: { d: deployment }, snapshot: undefined }),
  );
  await expect(settle()).resolves.toEqual({ settlement: 'unproven' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
  expect(mails()[0]?.Subject).toContain('orders: release unproven, although it did well');
  expect(flat(mails()[0]?.Message)).toContain(
    `ListOrder:live is on version 4, which came with ${GOOD_RELEASE}, marked bad`,
  );
});

describe('a release without deployments', () => {
  const watched = { ...input, deploymentId: undefined };
  beforeEach(async () => {
    ledger = new LedgerDouble();
    await ledger.releases.open(
      releaseRecord({ deployments: {}, snapshot: goodSnapshot, recordedAt: RELEASED_AT }),
    );
  });

  it.each([
    ['healthy', 'good', 'good', expect.stringContaining('orders: release confirmed good')],
    [
      'insufficient',
      'unproven',
      'candidate',
      expect.stringContaining('orders: release unproven, not a place to go back to'),
    ],
    [
      'unhealthy',
      'suspect',
      'candidate',
      expect.stringContaining('orders: release looks bad, needs a person'),
    ],
  ])('that is %s is %s', async (verdict, settlement, recorded, subject) => {
    await expect(settle({ ...watched, verdict })).resolves.toEqual({ settlement });
    const release = await ledger.releases.get(RELEASE);
    expect(release).toMatchObject({ verdict: recorded, settled: { verdict, requests: 900, errors: 1 } });
    expect(mails().map(({ Subject }) => Subject)).toEqual([subject]);
    expect(mails()[0]?.Message).toContain('1 of 900 requests failed');
  });

  it('is settled once, by the first that watched it', async () => {
    await settle(watched);
    const other = { ...watched, verdict: 'unhealthy', executionArn: `${watched.executionArn}-2` };
    await expect(settle(other)).resolves.toEqual({ settlement: 'good' });
    expect((await ledger.releases.get(RELEASE)).settled?.verdict).toBe('healthy');
    expect(mails()).toHaveLength(1);
  });
});

it('never makes a bad release good', async () => {
  await ledger.releases.markBad(RELEASE, RELEASE);
  await expect(settle()).resolves.toEqual({ settlement: 'bad' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('bad');
  expect(mails()).toHaveLength(0);
});

it('never makes a release good that is marked bad while its snapshot is taken', async () => {
  cloudFormation.on(GetTemplateCommand).callsFake(async () => {
    await ledger.releases.markBad(RELEASE, RELEASE);
    return { TemplateBody: 'Resources: {}' };
  });
  await expect(settle()).resolves.toEqual({ settlement: 'bad' });
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('bad');
  expect(mails()).toHaveLength(0);
});

describe('a deployment that is bad and only observed', () => {
  const bad = { ...input, verdict: 'unhealthy', reason: '40 of 100 requests failed' };

  it('makes its release suspect at once, whatever its siblings do, in one mail', async () => {
    await ledger.releases.addDeployment(RELEASE, watchedDeployment({ deploymentId: 'd-ORDERS006' }));
    await expect(settle(bad)).resolves.toEqual({ settlement: 'suspect' });
    await expect(settle(sibling)).resolves.toEqual({ settlement: 'suspect' });
    expect(mails().map(({ Subject }) => Subject)).toEqual([
      expect.stringContaining('orders: release looks bad, only observed, needs a person'),
    ]);
    expect(mails()[0]?.Message).toContain('40 of 100 requests failed');
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'candidate' });
  });

  it('stays bad, should a later look find it healthy', async () => {
    await settle(bad);
    await expect(settle()).resolves.toEqual({ settlement: 'suspect' });
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'candidate' });
  });

  it('has its end recorded by its follower, not here', async () => {
    await settle(bad);
    expect(ledger.records().filter(({ sk }) => String(sk).includes('ended'))).toEqual([]);
  });
});

it.each([
  [{}, 'releaseId: '],
  [{ ...input, verdict: 'fine' }, 'verdict: '],
  [{ ...input, requests: '900' }, 'requests: '],
])('refuses %j', async (changes, reason) => {
  const attempt = settle(changes);
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow(reason);
});

it('throws LedgerCorrupt for a release the ledger does not hold', async () => {
  await expect(settle({ ...input, releaseId: 'orders-20250101T000000Z' })).rejects.toBeInstanceOf(
    LedgerCorrupt,
  );
});

it('throws TransientFailure when Lambda throttles, and leaves the release a candidate', async () => {
  lambda.on(GetFunctionConfigurationCommand).rejects(throttled());
  await expect(settle()).rejects.toBeInstanceOf(TransientFailure);
  expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
});

it('passes a refusal for want of permission on as it is', async () => {
  cloudFormation.on(GetTemplateCommand).rejects(denied());
  await expect(settle()).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

describe('a deployment that was blocked', () => {
  const codeDeploy = mockClient(CodeDeployClient);
  const blocked = {
    ...input,
    verdict: 'insufficient',
    reason: 'deployment d-ORDERS005 ended Failed (THROTTLED): that says nothing about its code',
    blocked: { by: 'lambda', code: 'THROTTLED' },
    share: 0,
  };
  const other = 'd-ORDERS006';
  const otherIs = (status: DeploymentStatus) =>
    codeDeploy.on(GetDeploymentCommand, { deploymentId: other }).resolves(deploymentInfo({ status }));
  const withOther = () => ledger.releases.addDeployment(RELEASE, watchedDeployment({ deploymentId: other }));

  beforeEach(() => codeDeploy.reset());

  it('makes its release failed, and a mail names what blocked it', async () => {
    await expect(settle(blocked)).resolves.toEqual({ settlement: 'failed' });
    const release = await ledger.releases.get(RELEASE);
    expect(release).toMatchObject({
      verdict: 'failed',
      failed: { at: iso(ledger.now), reason: blocked.reason },
    });
    expect(release.deployments[DEPLOYMENT]?.settled).toMatchObject({ blocked: blocked.blocked });
    expect(release.snapshot).toBeUndefined();
    expect(mails()).toMatchObject([
      {
        Subject: expect.stringContaining('orders: release failed, blocked by a limit of AWS'),
        Message: expect.stringContaining(
          'CreateOrder:live  version 4 -> 5: deployment d-ORDERS005 ended Failed',
        ),
      },
    ]);
  });

  it('needs a person where users still meet it, and the mail has the share and the way back', async () => {
    await settle({ ...blocked, blocked: { by: 'request', code: 'MANUAL_STOP' }, share: 0.1 });
    const [mail] = mails();
    expect(mail?.Subject).toContain('orders: release failed, stopped on request, needs a person');
    expect(mail?.Message).toContain('10 % of the requests to CreateOrder:live met version 5.');
    expect(mail?.Message).toContain('--function-version 4');
  });

  it.each<[DeploymentStatus, string]>([
    ['InProgress', 'waiting'],
    ['Stopped', 'waiting'],
    ['Failed', 'waiting'],
    ['Succeeded', 'failed'],
  ])('beside another one that is %s: %s', async (status, settlement) => {
    await withOther();
    otherIs(status);
    await expect(settle(blocked)).resolves.toEqual({ settlement });
    expect(mails()).toHaveLength(settlement === 'failed' ? 1 : 0);
  });

  it('is reported once, by the last one, with the most telling reason', async () => {
    await withOther();
    otherIs('Stopped');
    await settle({ ...blocked, deploymentId: DEPLOYMENT });
    await settle({
      ...blocked,
      deploymentId: other,
      blocked: { by: 'request', code: 'MANUAL_STOP' },
      reason: 'it was stopped with its stack',
    });
    expect(mails().map(({ Subject }) => Subject)).toEqual([
      expect.stringContaining('orders: release failed, blocked by a limit of AWS'),
    ]);
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ failed: { reason: blocked.reason } });
  });

  it('is not mailed where an incident has the release', async () => {
    await ledger.releases.markBad(RELEASE, RELEASE);
    await expect(settle(blocked)).resolves.toEqual({ settlement: 'bad' });
    expect(mails()).toEqual([]);
  });

  it('may still turn out bad by another deployment', async () => {
    await settle(blocked);
    await ledger.releases.markBad(RELEASE, RELEASE);
    await expect(ledger.releases.get(RELEASE)).resolves.toMatchObject({ verdict: 'bad' });
    await expect(ledger.releases.markFailed(RELEASE, { at: iso(ledger.now), reason: 'r' })).resolves.toBe(
      false,
    );
  });
});

describe('a release that was replaced before its bake was over', () => {
  const newer = { releaseId: 'orders-20260105T091200Z', startedAt: '2026-01-05T09:12:00.000Z' };
  const replace = async (snapshot = goodSnapshot) => {
    await ledger.releases.addSnapshot(RELEASE, snapshot, RELEASED_AT);
    await ledger.releases.open(releaseRecord({ ...newer, deployments: {} }));
  };

  it('served well: it is a restore point, and a mail says so', async () => {
    await replace();
    await expect(settle()).resolves.toEqual({ settlement: 'served-well' });
    const { verdict, deployments } = await ledger.releases.get(RELEASE);
    expect(verdict).toBe('served-well');
    expect(deployments[DEPLOYMENT]?.settled).toMatchObject({ verdict: 'healthy', replaced: true });
    expect(mails().map(({ Subject }) => Subject)).toEqual([
      expect.stringContaining('orders: release served well'),
    ]);
    expect(mails()[0]?.Message).toContain('version 4 -> 5: healthy, 900 requests');
    await expect(settle()).resolves.toEqual({ settlement: 'served-well' });
    expect(mails()).toHaveLength(1);
  });

  it.each([
    ['had fewer requests than its policy asks for', { requests: 99 }],
    ['has no verdict', { verdict: 'insufficient' }],
  ])('proved nothing where it %s, and no mail is sent', async (_, changes) => {
    await replace();
    await expect(settle({ ...input, ...changes })).resolves.toEqual({ settlement: 'replaced' });
    expect((await ledger.releases.get(RELEASE)).verdict).toBe('candidate');
    expect(mails()).toEqual([]);
  });

  it('proved nothing where the versions live with it are not recorded', async () => {
    await ledger.releases.open(releaseRecord({ ...newer, deployments: {} }));
    await expect(settle()).resolves.toEqual({ settlement: 'replaced' });
  });

  it('proved nothing where another alias is on a version of a bad release', async () => {
    const other = {
      kind: 'lambda-alias',
      target: 'Other:live',
      function: 'o',
      alias: 'live',
      codeSha256: 's',
    } as const;
    await replace([...goodSnapshot, { ...other, version: '7' }]);
    const brought = watchedDeployment({ deploymentId: 'd-OTHER', target: 'Other:live', toVersion: '7' });
    await ledger.releases.open(goodRelease({ verdict: 'bad', deployments: { 'd-OTHER': brought } }));
    await expect(settle()).resolves.toEqual({ settlement: 'replaced' });
  });

  it('waits for the watches of its siblings', async () => {
    await ledger.releases.addDeployment(RELEASE, watchedDeployment({ deploymentId: sibling.deploymentId }));
    await replace();
    await expect(settle()).resolves.toEqual({ settlement: 'waiting' });
    await expect(settle({ ...sibling, verdict: 'insufficient', requests: 3 })).resolves.toEqual({
      settlement: 'served-well',
    });
  });

  it('is bad where an incident has taken it back meanwhile', async () => {
    await replace();
    await ledger.releases.markUndone(RELEASE, newer.releaseId);
    await expect(settle()).resolves.toEqual({ settlement: 'bad' });
  });
});

describe('the alarms of the release', () => {
  const section = () => mails()[0]?.Message?.split('Alarms to look after')[1]?.split('\n\n')[0];
  const wrong = (changes: object = {}) => ({
    AlarmName: 'orders-errors',
    StateValue: 'OK',
    StateTransitionedTimestamp: new Date(RELEASED_AT),
    ...changes,
  });

  it('are not mentioned where they are in order', async () => {
    await settle();
    expect(mails()[0]?.Message).not.toContain('Alarms to look after');
    expect(cloudWatch.commandCalls(ListAlarmMuteRulesCommand)).toHaveLength(1);
  });

  it('are named in its mail where they were blind since it began', async () => {
    alarms(wrong({ StateValue: 'INSUFFICIENT_DATA' }));
    await settle();
    expect(section()).toContain(
      'orders-errors  has had no data since 2026-01-05 09:00 UTC: it says nothing.',
    );
  });

  it('are named where one is missing, with the probable name', async () => {
    cloudWatch
      .on(DescribeAlarmsCommand)
      .resolves({ CompositeAlarms: [{ AlarmName: 'order-errors', StateValue: 'OK' }] });
    await settle();
    expect(section()).toContain('orders-errors  does not exist; did you mean "order-errors"?');
  });

  it('are named where a rule mutes them', async () => {
    const AlarmMuteRuleArn = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:night';
    cloudWatch.on(ListAlarmMuteRulesCommand).resolves({ AlarmMuteRuleSummaries: [{ AlarmMuteRuleArn }] });
    await settle();
    expect(section()).toContain('orders-errors  is muted by the rule night: its state counts');
    expect(cloudWatch.commandCalls(ListAlarmMuteRulesCommand)[1]?.args[0].input).toEqual({
      AlarmName: 'orders-errors',
      Statuses: ['ACTIVE'],
      MaxRecords: 1,
    });
  });

  it('are reported without the mute rules where these cannot be read', async () => {
    cloudWatch.on(ListAlarmMuteRulesCommand).rejects(denied());
    alarms(wrong({ ActionsEnabled: false }));
    await settle();
    expect(section()).toContain('orders-errors  has its actions disabled');
    expect(section()).toContain('Whether alarms are muted could not be read (AccessDenied');
  });

  it('are named where they rang often before it, as read when it opened', async () => {
    ledger = new LedgerDouble();
    const preflight = { conditions: [], rings: { 'orders-errors': 8 }, ringsUnknown: 'AccessDenied: no' };
    const deployments = { [DEPLOYMENT]: watchedDeployment({ preflight }) };
    await ledger.releases.open(releaseRecord({ deployments }));
    alarms(wrong());
    await settle();
    expect(section()?.replace(/\s+/g, ' ')).toContain(
      'orders-errors went into ALARM 8 times in the 14 days before the release',
    );
    expect(section()).toContain('How often alarms rang before the release could not be read');
  });

  it('are named where they watch another version than the released one', async () => {
    const Dimensions = [
      { Name: 'FunctionName', Value: FUNCTION },
      { Name: 'ExecutedVersion', Value: '4' },
    ];
    alarms(wrong({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions }));
    await settle();
    expect(section()?.replace(/\s+/g, ' ')).toContain(`counts version 4 of ${FUNCTION}, not version 5`);
  });

  it('are those of its deployment groups too', async () => {
    ledger = new LedgerDouble();
    const deployments = { [DEPLOYMENT]: watchedDeployment({ groupAlarms: ['orders-canary'] }) };
    await ledger.releases.open(releaseRecord({ deployments }));
    await settle();
    expect(section()).toContain('orders-canary  does not exist');
  });

  it('are named in the mail of a release that looks bad and is only observed', async () => {
    mockBucket(catalogObject(ordersEntry({ policy: { autonomy: 'observe', alarms: ['orders-errors'] } })));
    alarms();
    await expect(settle({ ...input, verdict: 'unhealthy' })).resolves.toEqual({ settlement: 'suspect' });
    expect(section()).toContain('orders-errors  does not exist');
  });
});
