import { eventState } from '../../../account/eventbridge/event-state.ts';

it.each([
  ['CodeDeploy', { state: 'START' }, 'START'],
  ['CloudWatch', { alarmName: 'orders', state: { value: 'ALARM', reason: '' } }, 'ALARM'],
  ['Step Functions', { status: 'FAILED' }, 'FAILED'],
  [
    'CloudFormation',
    { 'status-details': { status: 'UPDATE_COMPLETE', 'status-reason': '' } },
    'UPDATE_COMPLETE',
  ],
  ['Parameter Store', { operation: 'Update' }, undefined],
])('is found where %s puts it', (_, detail, state) => {
  expect(eventState({ detail })).toBe(state);
});
