import {
  CodeDeployClient,
  ListDeploymentsCommand,
  PutLifecycleEventHookExecutionStatusCommand,
} from '@aws-sdk/client-codedeploy';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/upkeep/sweep-lost-work/handler.ts';
import { TransientFailure } from '../../../shared/errors.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import { DEPLOYMENT, incidentRecord, RELEASE, releaseRecord } from '../fixtures/records.ts';
import { EXECUTION_ARN, MONITOR_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { denied, throttled } from '../fixtures/sdk-errors.ts';
import { iso, minutesBeforeNow } from '../fixtures/times.ts';

const codeDeploy = mockClient(CodeDeployClient);
const sfn = mockClient(SFNClient);
const sns = mockClient(SNSClient);
const watchArn = `${MONITOR_ARN.replace(':stateMachine:', ':execution:')}:d-ORDERS005`;
let ledger: LedgerDouble;

beforeEach(() => {
  for (const mock of [codeDeploy, sfn, sns]) mock.reset();
  codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: [] });
  sfn
    .on(DescribeExecutionCommand)
    .rejects(new ExecutionDoesNotExist({ message: 'Execution Does Not Exist', $metadata: {} }));
  sfn.on(StartExecutionCommand).resolves({});
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mockBucket();
});

const sweep = (event: unknown = {}) => build(runtimeOf(ledger))(event);
const mails = () => sns.commandCalls(PublishCommand).map(({ args }) => args[0].input);
const starts = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input);
const execution = (executionArn: string, status: ExecutionStatus, minutesAgo?: number, why = {}) =>
  sfn.on(DescribeExecutionCommand, { executionArn }).resolves({
    status,
    ...(minutesAgo !== undefined && { stopDate: new Date(minutesBeforeNow(minutesAgo)) }),
    ...why,
  });

it('finds nothing to do where nothing was lost, whatever its event', async () => {
  for (const event of [{}, undefined, { source: 'aws.scheduler' }]) {
    await expect(sweep(event)).resolves.toEqual({
      started: 0,
      ended: 0,
      answered: 0,
      escalated: 0,
      digested: 0,
    });
  }
  expect(mails()).toEqual([]);
});

describe('a deployment', () => {
  beforeEach(() => codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: ['d-ORDERS005'] }));

  it('is searched over six hours, without the last two minutes in which its event may be on its way', async () => {
    await sweep();
    expect(codeDeploy.commandCalls(ListDeploymentsCommand)[0]?.args[0].input).toEqual({
      createTimeRange: { start: new Date(minutesBeforeNow(360)), end: new Date(minutesBeforeNow(2)) },
    });
  });

  it('gets the execution that its lost events would have started', async () => {
    await expect(sweep()).resolves.toEqual({ started: 1, ended: 0, answered: 0, escalated: 0, digested: 0 });
    expect(starts()).toEqual([
      { stateMachineArn: MONITOR_ARN, name: 'd-ORDERS005', input: '{"deploymentId":"d-ORDERS005"}' },
    ]);
  });

  it('counts as watched when its execution starts at the same moment', async () => {
    sfn
      .on(StartExecutionCommand)
      .rejects(new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} }));
    await expect(sweep()).resolves.toEqual({ started: 0, ended: 0, answered: 0, escalated: 0, digested: 0 });
  });

  it.each(['RUNNING', 'SUCCEEDED'] as const)('is left alone when its watch is %s', async (status) => {
    execution(watchArn, status, status === 'RUNNING' ? undefined : 60);
    await sweep();
    expect(starts()).toEqual([]);
    expect(mails()).toEqual([]);
  });

  it.each(['FAILED', 'TIMED_OUT', 'ABORTED'] as const)(
    'whose watch is %s unheard is reported, once',
    async (status) => {
      execution(watchArn, status, 9, { error: 'LedgerCorrupt' });
      await sweep();
      await sweep();
      expect(starts()).toEqual([]);
      expect(mails().map(({ Subject }) => Subject)).toEqual([
        expect.stringContaining('deployment d-ORDERS005: not being watched'),
      ]);
      expect(mails()[0]?.Message).toContain(`the execution ended ${status}: LedgerCorrupt`);
    },
  );

  it('whose watch broke a moment ago is left to the function that its event asks', async () => {
    execution(watchArn, 'FAILED', 7);
    await sweep();
    expect(mails()).toEqual([]);
  });
});

describe('an incident that is open', () => {
  beforeEach(async () => {
    await ledger.incidents.open(incidentRecord());
    await ledger.locks.acquire('orders', `${RELEASE}#1`);
  });

  it.each([
    ['while its execution runs', 'RUNNING', undefined],
    ['while its end may be being reported', 'FAILED', 7],
  ] as const)('is left alone %s', async (_, status, minutesAgo) => {
    execution(EXECUTION_ARN, status, minutesAgo);
    await expect(sweep()).resolves.toEqual({ started: 0, ended: 0, answered: 0, escalated: 0, digested: 0 });
    expect((await ledger.incidents.get(RELEASE)).status).toBe('open');
  });

  it('is left alone when nothing is known of its execution', async () => {
    await expect(sweep()).resolves.toEqual({ started: 0, ended: 0, answered: 0, escalated: 0, digested: 0 });
  });

  it('is ended when its execution ended unheard', async () => {
    execution(EXECUTION_ARN, 'ABORTED', 9, { cause: 'by hand' });
    await expect(sweep()).resolves.toEqual({ started: 0, ended: 1, answered: 0, escalated: 0, digested: 0 });
    expect(await ledger.incidents.get(RELEASE)).toMatchObject({ status: 'closed', outcome: 'needs-person' });
    expect((await ledger.locks.find('orders'))?.owner).toBe('nobody');
    expect(mails()[0]?.Message).toContain('the execution ended ABORTED: by hand');
  });

  it('is ended once', async () => {
    execution(EXECUTION_ARN, 'ABORTED', 9);
    await sweep();
    await expect(sweep()).resolves.toEqual({ started: 0, ended: 0, answered: 0, escalated: 0, digested: 0 });
    expect(mails()).toHaveLength(1);
  });

  it('is removed from the list when it was closed, and not read again', async () => {
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'rolled-back', iso(ledger.now));
    await sweep();
    await expect(ledger.incidents.openIncidents()).resolves.toEqual([]);
    expect(sfn.commandCalls(DescribeExecutionCommand)).toHaveLength(0);
  });
});

describe('a mail that could not be sent', () => {
  const kept = (step: string, minutesAgo: number) =>
    ledger.mails.keep({
      thread: RELEASE,
      step,
      owner: EXECUTION_ARN,
      mail: { subject: `[prod] ${step}`, body: 'orders is back.' },
      keptAt: minutesBeforeNow(minutesAgo),
    });

  it('is sent, once', async () => {
    await kept('outcome-1', 9);
    await sweep();
    await sweep();
    expect(mails()).toMatchObject([
      { Subject: expect.stringContaining('outcome-1'), Message: 'orders is back.' },
    ]);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });

  it('is left to a sender that is still trying', async () => {
    await kept('outcome-1', 2);
    await sweep();
    expect(mails()).toEqual([]);
  });

  it('is dropped where it has gone out since', async () => {
    await kept('outcome-1', 9);
    await ledger.mails.recordSent(RELEASE, 'outcome-1', EXECUTION_ARN, 'm-1');
    await sweep();
    expect(mails()).toEqual([]);
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });

  it('stays where SNS refuses it again, without holding up other work', async () => {
    await kept('opened-1', 9);
    await kept('outcome-1', 9);
    codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: ['d-ORDERS005'] });
    sns.on(PublishCommand).rejectsOnce(denied()).resolves({ MessageId: 'm-1' });
    await expect(sweep()).rejects.toThrow('not authorized');
    expect(starts()).toHaveLength(1);
    await expect(ledger.mails.outbox()).resolves.toHaveLength(1);
    await sweep();
    await expect(ledger.mails.outbox()).resolves.toEqual([]);
  });
});

it('ends the other incidents where one cannot be ended', async () => {
  const otherArn = `${EXECUTION_ARN}-other`;
  await ledger.incidents.open(incidentRecord());
  await ledger.incidents.open(incidentRecord({ incidentId: 'billing-1', executionArn: otherArn }));
  execution(EXECUTION_ARN, 'ABORTED', 9);
  sfn.on(DescribeExecutionCommand, { executionArn: otherArn }).rejects(denied());
  await expect(sweep()).rejects.toThrow('not authorized');
  expect((await ledger.incidents.get(RELEASE)).status).toBe('closed');
});

it('throws TransientFailure when CodeDeploy or Step Functions throttles', async () => {
  codeDeploy
    .on(ListDeploymentsCommand)
    .rejectsOnce(throttled())
    .resolves({ deployments: ['d-ORDERS005'] });
  await expect(sweep()).rejects.toBeInstanceOf(TransientFailure);
  sfn.on(DescribeExecutionCommand).rejects(throttled());
  await expect(sweep()).rejects.toBeInstanceOf(TransientFailure);
});

it('refuses to be built without the machine whose executions it looks for', () => {
  expect(() => build(runtimeOf(ledger, { MONITOR_DEPLOYMENT_ARN: '' }))).toThrow(
    'Environment variable MONITOR_DEPLOYMENT_ARN is not set',
  );
});

describe('a lifecycle hook that CodeDeploy waits for', () => {
  const asked = (event: 'BeforeAllowTraffic' | 'AfterAllowTraffic', minutesAgo: number) =>
    ledger.lifecycleHooks.ask({
      deploymentId: DEPLOYMENT,
      event,
      executionId: 'hook-1',
      service: 'orders',
      askedAt: minutesBeforeNow(minutesAgo),
    });
  const answers = () =>
    codeDeploy
      .commandCalls(PutLifecycleEventHookExecutionStatusCommand)
      .map(({ args }) => args[0].input.status);

  beforeEach(() => codeDeploy.on(PutLifecycleEventHookExecutionStatusCommand).resolves({}));

  it('gets the answer again that did not reach CodeDeploy, once', async () => {
    const hook = await asked('BeforeAllowTraffic', 5);
    await ledger.lifecycleHooks.answer(hook, { word: 'Failed', cause: 'on-hold', reason: 'repairs' });
    await expect(sweep()).resolves.toMatchObject({ answered: 1 });
    await expect(sweep()).resolves.toMatchObject({ answered: 0 });
    expect(answers()).toEqual(['Failed']);
  });

  it.each([
    ['BeforeAllowTraffic', 9, []],
    ['BeforeAllowTraffic', 10, ['Succeeded']],
    ['AfterAllowTraffic', 39, []],
    ['AfterAllowTraffic', 40, ['Succeeded']],
  ] as const)(
    '%s is answered after its deadline: %i minutes later %j',
    async (event, minutesAgo, expected) => {
      await asked(event, minutesAgo);
      await sweep();
      expect(answers()).toEqual(expected);
    },
  );

  it('is failed as soon as its release is bad', async () => {
    await asked('AfterAllowTraffic', 5);
    await ledger.releases.open(releaseRecord({ verdict: 'bad', incidentId: RELEASE }));
    await ledger.releases.recordDeployment({
      deploymentId: DEPLOYMENT,
      service: 'orders',
      kind: 'release',
      releaseId: RELEASE,
      seenAt: iso(minutesBeforeNow(5)),
    });
    await sweep();
    expect(answers()).toEqual(['Failed']);
  });

  it('does not hold up other work where it cannot be answered', async () => {
    await asked('AfterAllowTraffic', 50);
    codeDeploy.on(PutLifecycleEventHookExecutionStatusCommand).rejects(denied());
    codeDeploy.on(ListDeploymentsCommand).resolves({ deployments: ['d-ORDERS005'] });
    await expect(sweep()).rejects.toThrow('not authorized');
    expect(starts()).toHaveLength(1);
  });
});
