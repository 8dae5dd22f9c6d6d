import { machineArn } from '../../../../shared/by-hand/start-execution.ts';
import { executionUrl, stackLink, startLink } from '../../../../shared/mail/links.ts';

const arn = 'arn:aws:states:eu-west-1:111122223333:execution:shop-coordinate-rollback:orders-1';
const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:shop-answer-approval';

it('links an execution in the console of its Region', () => {
  expect(executionUrl(arn)).toBe(
    `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arn}`,
  );
});

it.each(['monitor-deployment', 'coordinate-rollback', 'record-release', 'answer-approval', 'execute-plan'])(
  'finds a machine by an execution of %s',
  (name) => {
    const execution = `arn:aws:states:eu-west-1:111122223333:execution:shop-${name}:x`;
    expect(machineArn(execution, 'answer-approval')).toBe(machine);
  },
);

it('finds a machine by an execution of a child of a Distributed Map', () => {
  const execution = 'arn:aws:states:eu-west-1:111122223333:execution:shop-execute-plan/Services:x';
  expect(machineArn(execution, 'answer-approval')).toBe(machine);
});

it('opens the page on which a machine is started', () => {
  expect(startLink(arn, 'answer-approval')).toEqual({
    what: 'start answer-approval',
    url: `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/statemachines/view/${machine}`,
  });
});

it('finds a stack by its name', () => {
  expect(stackLink(arn, 'shop-orders').url).toContain('#/stacks?filteringText=shop-orders');
});
