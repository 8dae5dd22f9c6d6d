import { definitionFindings } from '../../asl/check/definition-checks.ts';
import { INVOKE, machine, work } from './harness.ts';

const find = (states: object) =>
  definitionFindings(machine(states)).map(({ state, field, message }) => `${state} ${field}: ${message}`);
const output = (expression: string) =>
  find({ A: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } });

describe('members of $states', () => {
  it.each([
    '$states.context.Execution.Id & $states.context.State.Name & $states.context.StateMachine.Name',
    '$states.context.Execution.Input.any.thing',
    '$states.context.(Execution.Id & State.Name)',
    '$states.context.Execution{"id": Id}',
    '$states.input.context.Executions',
    '$states.context',
    '($c := $states.context; $c.Execution.Name)',
    '$lookup($states.context, "Execution").Id',
    '$map($states.input.list, function($states){ $states.context.anything })',
  ])('that exist: %s', (expression) => {
    expect(output(expression)).toEqual([]);
  });

  it.each([
    ['$states.context.Executions', "$states.context has no member 'Executions'"],
    ['$states.context.Execution.Arn', "$states.context.Execution has no member 'Arn'"],
    ['$states.context.Execution.Id.Text', "$states.context.Execution.Id has no member 'Text'"],
    ['$states.context.(Execution.Ids & "x")', "$states.context.Execution has no member 'Ids'"],
    ['$states.context.Execution[Ids = "x"].Name', "$states.context.Execution has no member 'Ids'"],
    ['$states.context.Execution{"id": Ids}', "$states.context.Execution has no member 'Ids'"],
    ['($c := $states.context; $c.Execution.Ids)', "$states.context.Execution has no member 'Ids'"],
    ['$lookup($states.context, "Executions")', "$states.context has no member 'Executions'"],
    ['$states.input.a ? $states.context.A : 1', "$states.context has no member 'A'"],
    ['$states.context.State.RetryCount', "$states.context.State has no member 'RetryCount'"],
    ['$states.context.Task.Token', "$states.context has no member 'Task'"],
    ['$states.context.Map.Item.Value', "$states.context has no member 'Map'"],
  ])('that do not exist: %s', (expression, message) => {
    expect(output(expression)).toEqual([`A Output: ${message}`]);
  });

  it('differ from field to field', () => {
    const token = '{% $states.context.Task.Token %}';
    const item = '{% $states.context.Map.Item.Value %}';
    expect(
      find({
        Work: work({
          Arguments: { Payload: token },
          Output: '{% $states.result.Payloads %}',
          Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput.Message %}', Next: 'All' }],
          Next: 'All',
          End: undefined,
        }),
        All: {
          Type: 'Map',
          Items: item,
          ItemSelector: { item, key: '{% $states.context.Map.Item.Keys %}' },
          ItemProcessor: { StartAt: 'I', States: { I: { Type: 'Pass', Output: item, End: true } } },
          End: true,
        },
      }),
    ).toEqual([
      "Work Output: $states.result has no member 'Payloads'",
      "Work Catch[0]/Output: $states.errorOutput has no member 'Message'",
      "Work Arguments/Payload: $states.context has no member 'Task'",
      "All Items: $states.context has no member 'Map'",
      "All ItemSelector/key: $states.context.Map.Item has no member 'Keys'",
      "I Output: $states.context has no member 'Map'",
    ]);
  });
});

describe('a task that waits for its token', () => {
  const ask = (Arguments: object | string) =>
    find({ Ask: work({ Resource: `${INVOKE}.waitForTaskToken`, Arguments }) });

  it.each<[object | string]>([
    [{ Payload: { token: '{% $states.context.Task.Token %}' } }],
    [{ Payload: '{% $merge([$states.input, {"token": $states.context.Task.Token}]) %}' }],
    [{ Payload: '{% $states.context.Task %}' }],
    [{ Payload: '{% $states.context %}' }],
    ['{% {"FunctionName": "f", "Payload": $states.context.Task.Token} %}'],
    [{ Payload: '{% ($t := $states.context.Task; $t.Token) %}' }],
  ])('passes it on with %j', (args) => {
    expect(ask(args)).toEqual([]);
  });

  it.each<[object | string]>([[{ Payload: 1 }], [{ Payload: '{% $states.context.Execution.Id %}' }]])(
    'does not with %j',
    (args) => {
      expect(ask(args)).toEqual([
        'Ask Arguments: nothing in it holds $states.context.Task.Token, which has to come back',
      ]);
    },
  );
});

describe('plain text', () => {
  const said = (text: string) => find({ A: { Type: 'Pass', Output: { deep: [text] }, End: true } });

  it.each(['$job.service', '$states.input', '$$.Execution.Id', '$.path', ' $x', 'a {% $x %} b'])(
    'that looks like an expression is found: %s',
    (text) => {
      expect(said(text)).toEqual([
        `A Output/deep[0]: '${text}' is plain text: an expression is the whole text in {% %}`,
      ]);
    },
  );

  it.each([
    '$5',
    '$LATEST',
    'arn:aws:lambda:eu-west-1:1:function:f:$LATEST',
    'costs $x',
    '$',
    '{% $states.input %}',
  ])('that is plain text is not: %s', (text) => {
    expect(said(text)).toEqual([]);
  });
});
