import { executionEvent } from '../../../account/step-functions/execution-event.ts';
import type { ExecutionDescription } from '../../../asl/run/execution.ts';

const change: ExecutionDescription = {
  executionArn: 'arn:aws:states:eu-west-1:111122223333:execution:work:one',
  stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:work',
  name: 'one',
  status: 'FAILED',
  startDate: 1,
  stopDate: 2,
  input: '{}',
  inputDetails: { included: true },
  output: null,
  outputDetails: null,
  stateMachineVersionArn: null,
  stateMachineAliasArn: null,
  mapRunArn: null,
  redriveCount: 0,
  redriveDate: null,
  redriveStatus: 'REDRIVABLE',
  redriveStatusReason: '',
  error: 'NoWayBack',
  cause: 'nothing good',
};

describe('executionEvent', () => {
  it('describes an execution, as the EventBridge event does', () => {
    const { mapRunArn: _, ...detail } = change;
    expect(executionEvent(change)).toEqual({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [change.executionArn],
      detail,
    });
  });

  it('leaves out payloads that are too large together, and the output only if it alone is', () => {
    const half = JSON.stringify('x'.repeat(130 * 1024));
    expect(executionEvent({ ...change, input: half, output: half }).detail).toMatchObject({
      input: null,
      inputDetails: { included: false },
      output: half,
      outputDetails: { included: true },
    });
    const whole = JSON.stringify('x'.repeat(250 * 1024));
    expect(executionEvent({ ...change, output: whole }).detail).toMatchObject({
      input: null,
      output: null,
      outputDetails: { included: false },
    });
  });
});
