import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { Executions, executionArn, whyEnded } from '../../../../shared/aws/executions.ts';
import { EXECUTION_ARN, MONITOR_ARN } from '../../fixtures/runtime-of.ts';
import { denied } from '../../fixtures/sdk-errors.ts';
import { NOW } from '../../fixtures/times.ts';

const sfn = mockClient(SFNClient);
const executions = new Executions(new SFNClient({ region: 'eu-west-1' }));
beforeEach(() => sfn.reset());

it('starts an execution, and reports an existing one of its name', async () => {
  sfn
    .on(StartExecutionCommand)
    .resolvesOnce({})
    .rejectsOnce(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }))
    .rejects(denied());
  const start = () => executions.start(MONITOR_ARN, 'd-1', { deploymentId: 'd-1' });
  await expect(start()).resolves.toBe(true);
  await expect(start()).resolves.toBe(false);
  await expect(start()).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it('reads the state of an execution', async () => {
  sfn.on(DescribeExecutionCommand, { executionArn: EXECUTION_ARN }).resolves({
    status: 'FAILED',
    error: 'NeedsPerson',
    cause: 'why',
    stopDate: new Date(NOW),
  });
  await expect(executions.find(EXECUTION_ARN)).resolves.toEqual({
    status: 'FAILED',
    error: 'NeedsPerson',
    cause: 'why',
    endedAt: NOW,
  });
});

it('finds none where it does not exist, and does not take a refusal for that', async () => {
  sfn
    .on(DescribeExecutionCommand)
    .rejectsOnce(new ExecutionDoesNotExist({ message: 'none', $metadata: {} }))
    .rejects(denied());
  await expect(executions.find(EXECUTION_ARN)).resolves.toBeUndefined();
  await expect(executions.find(EXECUTION_ARN)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

it.each([
  [{ status: 'ABORTED' as const }, 'the execution ended ABORTED'],
  [{ status: 'FAILED' as const, error: 'E', cause: null }, 'the execution ended FAILED: E'],
  [{ status: 'FAILED' as const, error: 'E', cause: 'because' }, 'the execution ended FAILED: E: because'],
  [
    { status: 'FAILED' as const, error: 'LockLost', cause: '{"errorMessage":"it is not ours any more"}' },
    'the execution ended FAILED: LockLost: it is not ours any more',
  ],
])("gives the reason for an execution's end: %j", (state, words) => {
  expect(whyEnded(state)).toBe(words);
});

it('knows the ARN of an execution from its machine and name', () => {
  expect(executionArn('arn:aws:states:eu-west-1:111122223333:stateMachine:monitor', 'd-1')).toBe(
    'arn:aws:states:eu-west-1:111122223333:execution:monitor:d-1',
  );
});
