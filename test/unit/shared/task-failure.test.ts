import { causeInWords, describeFailure, messageIn } from '../../../shared/task-failure.ts';

/** As Lambda writes it for Node.js. */
const lambda = (errorMessage: string) =>
  JSON.stringify({
    errorType: 'NoWayBack',
    errorMessage,
    trace: ['NoWayBack: nothing', '    at x (y.ts:1:2)'],
  });
const expression = `$contains($failure.Cause, "errorMessage") ? $parse($failure.Cause).errorMessage : "{% $x %}"`;
/** As Step Functions writes it for an expression that failed. */
const quoting = `An error occurred while executing the state 'X'. The JSONata expression '${expression}' threw an error.`;
const child = (members: object) =>
  JSON.stringify({
    ExecutionArn: 'arn:aws:states:eu-west-1:111122223333:execution:roll-back-service:one',
    Status: 'FAILED',
    ...members,
  });

describe('a failure in words', () => {
  it.each([
    [
      'what Lambda writes',
      { Error: 'NoWayBack', Cause: lambda('nothing to go to') },
      'nothing to go to (NoWayBack)',
    ],
    ['a time-out', { Error: 'States.Timeout', Cause: '' }, 'States.Timeout'],
    ['no cause at all', { Error: 'States.Timeout' }, 'States.Timeout'],
    ['a token failed bare', { Error: null, Cause: null }, 'it gave neither an error nor a cause'],
    ['a token failed without a cause', { Error: 'Refused', Cause: null }, 'Refused'],
    ['a token failed without an error', { Error: null, Cause: 'the table is gone' }, 'the table is gone'],
    [
      'plain text',
      { Error: 'LocksBusy', Cause: 'Held for three hours.' },
      'LocksBusy: Held for three hours.',
    ],
    [
      'a text that quotes an expression',
      { Error: 'States.QueryEvaluationError', Cause: quoting },
      `States.QueryEvaluationError: ${quoting}`,
    ],
    ['JSON without a message', { Error: 'Odd', Cause: '{"other":1}' }, 'Odd: {"other":1}'],
    ['a message that is none', { Error: 'Odd', Cause: '{"errorMessage":7}' }, 'Odd: {"errorMessage":7}'],
    ['JSON that is no object', { Error: 'Odd', Cause: 'null' }, 'Odd: null'],
    [
      'what only begins like JSON',
      { Error: 'Odd', Cause: '{"errorMessage": oops' },
      'Odd: {"errorMessage": oops',
    ],
    [
      'a child execution',
      {
        Error: 'States.TaskFailed',
        Cause: child({ Error: 'LockLost', Cause: lambda('it is not ours any more') }),
      },
      'States.TaskFailed: execution one ended FAILED: it is not ours any more (LockLost)',
    ],
    [
      'a child execution that was stopped',
      { Error: 'States.TaskFailed', Cause: child({ Status: 'ABORTED' }) },
      'States.TaskFailed: execution one ended ABORTED',
    ],
  ])('of %s', (_, failure, words) => {
    expect(describeFailure(failure)).toBe(words);
  });
});

it('finds the message in JSON that Step Functions cut off behind it', () => {
  const cause = lambda('the stack "orders" is stuck');
  expect(messageIn(cause.slice(0, -30))).toBe('the stack "orders" is stuck');
  expect(messageIn(cause.slice(0, 40))).toBeUndefined();
});

it('keeps the sentence that a machine puts before the JSON', () => {
  expect(causeInWords(`The ledger lacks its end. ${lambda('CodeDeploy is gone')}`)).toBe(
    'The ledger lacks its end. CodeDeploy is gone',
  );
});
