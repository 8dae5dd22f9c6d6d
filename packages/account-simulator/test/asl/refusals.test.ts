import { compileDefinition, InvalidDefinition } from '../../asl/compile/compile-definition.ts';
import { INVOKE, machine, work } from './harness.ts';

/** The problems of a definition, as `path: message` lines. */
function problems(definition: object | string): string[] {
  try {
    compileDefinition(definition);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDefinition)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

const pass = (fields: object = {}) => machine({ A: { Type: 'Pass', End: true, ...fields } });
const task = (fields: object) => machine({ Work: work(fields), Rest: { Type: 'Succeed' } });
const caught = [{ ErrorEquals: ['States.ALL'], Next: 'Rest' }];

describe('a definition', () => {
  it('is accepted without problems', () => {
    expect(problems(pass({ Comment: 'fine', Output: { a: '{% $states.input.a %}' } }))).toEqual([]);
  });

  it('is refused with every problem at once', () => {
    expect(
      problems({
        QueryLanguage: 'JSONata',
        StartAt: 'Nowhere',
        Extra: 1,
        States: {
          A: { Type: 'Pass', Next: 'B', Whatever: 1 },
          C: { Type: 'Wait', Next: 'A' },
        },
      }),
    ).toEqual([
      '/Extra: unknown field',
      '/States/A/Whatever: unknown field',
      '/States/C: needs exactly one of Seconds and Timestamp',
      "/StartAt: there is no state 'Nowhere'",
    ]);
  });

  it('names the problems in the error', () => {
    expect(() => compileDefinition(pass({ Next: 'X' }))).toThrow(
      'Invalid State Machine Definition:\n/States/A: has both Next and End',
    );
  });

  it.each([
    ['text that is not JSON', '{', /^: is not JSON: /],
    ['a value that is no object', '[]', /^: must be an object$/],
    [
      'a definition of more than 1 MB',
      JSON.stringify(pass({ Comment: 'x'.repeat(1024 * 1024) })),
      /the most is 1048576/,
    ],
  ])('refuses %s', (_, definition, message) => {
    expect(problems(definition)[0]).toMatch(message);
  });

  it.each<[string, object, string]>([
    [
      'a target that does not exist',
      pass({ End: undefined, Next: 'B' }),
      "/States/A/Next: there is no state 'B'",
    ],
    [
      'a state nothing leads to',
      machine({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }),
      '/States/B: no state leads here',
    ],
    [
      'a machine that never ends',
      machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
      ': no state ends it: give one End, or a Succeed or Fail state',
    ],
    ['a state without Next or End', pass({ End: undefined }), '/States/A: needs Next or End'],
    ['End that is not true', pass({ End: false }), '/States/A/End: must be true if it is there'],
    [
      'an unknown type',
      machine({ A: { Type: 'Sleep' } }),
      '/States/A/Type: must be one of Task, Parallel, Map, Pass, Wait, Choice, Succeed, Fail',
    ],
    [
      'a state name of more than 80 characters',
      machine({ ['x'.repeat(81)]: { Type: 'Succeed' } }),
      `/States/${'x'.repeat(81)}: state names have at most 80 characters`,
    ],
    [
      'a state name used twice',
      machine({
        A: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }],
          End: true,
        },
      }),
      "/States/A/Branches[0]/States/A: the state name 'A' is used twice in the machine",
    ],
    [
      'a branch that leads outside',
      machine({
        A: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'B', States: { B: { Type: 'Pass', Next: 'C' } } }],
          Next: 'C',
        },
        C: { Type: 'Succeed' },
      }),
      "/States/A/Branches[0]/States/B/Next: there is no state 'C'",
    ],
    [
      'no states',
      { QueryLanguage: 'JSONata', StartAt: 'A', States: {} },
      '/States: must be an object with at least one state',
    ],
    ['Assign in Succeed', machine({ A: { Type: 'Succeed', Assign: {} } }), '/States/A/Assign: unknown field'],
    ['Output in Fail', machine({ A: { Type: 'Fail', Output: 1 } }), '/States/A/Output: unknown field'],
    ['Retry in Pass', pass({ Retry: [] }), '/States/A/Retry: unknown field'],
    [
      'Choices that are empty',
      machine({ A: { Type: 'Choice', Choices: [], Default: 'B' }, B: { Type: 'Succeed' } }),
      '/States/A/Choices: must be an array that is not empty',
    ],
    [
      'a Condition that is plain text',
      machine({ A: { Type: 'Choice', Choices: [{ Condition: 'yes', Next: 'B' }] }, B: { Type: 'Succeed' } }),
      '/States/A/Choices[0]/Condition: must be an expression in {% %} if it is a string',
    ],
    [
      'Seconds below 0',
      machine({ A: { Type: 'Wait', Seconds: -1, End: true } }),
      '/States/A/Seconds: must be an integer from 0 to 99999999',
    ],
    [
      'a Timestamp that is none',
      machine({ A: { Type: 'Wait', Timestamp: 'tomorrow', End: true } }),
      '/States/A/Timestamp: must be an RFC 3339 timestamp such as 2024-08-18T17:33:00Z',
    ],
    [
      'both Seconds and Timestamp',
      machine({ A: { Type: 'Wait', Seconds: 1, Timestamp: '2024-08-18T17:33:00Z', End: true } }),
      '/States/A: needs exactly one of Seconds and Timestamp',
    ],
    [
      'a machine’s TimeoutSeconds of 0',
      { ...pass(), TimeoutSeconds: 0 },
      '/TimeoutSeconds: must be an integer from 1 to 99999999',
    ],
    ['another Version', { ...pass(), Version: '2.0' }, '/Version: must be 1.0'],
  ])('refuses %s', (_, definition, problem) => {
    expect(problems(definition)).toContain(problem);
  });
});

describe('Retry and Catch', () => {
  it.each<[string, object, string]>([
    [
      'States.ALL with others',
      { Retry: [{ ErrorEquals: ['States.ALL', 'X'] }], Catch: caught },
      '/States/Work/Retry[0]/ErrorEquals: States.ALL must stand alone',
    ],
    [
      'States.ALL before others',
      { Catch: [...caught, { ErrorEquals: ['X'], Next: 'Rest' }] },
      '/States/Work/Catch[0]/ErrorEquals: States.ALL must be in the last entry',
    ],
    [
      'no ErrorEquals',
      { Retry: [{}], Catch: caught },
      '/States/Work/Retry[0]/ErrorEquals: must be an array of error names that is not empty',
    ],
    [
      'a BackoffRate below 1',
      { Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }], Catch: caught },
      '/States/Work/Retry[0]/BackoffRate: must be a number of at least 1',
    ],
    [
      'an unknown JitterStrategy',
      { Retry: [{ ErrorEquals: ['X'], JitterStrategy: 'HALF' }], Catch: caught },
      '/States/Work/Retry[0]/JitterStrategy: must be FULL or NONE',
    ],
    [
      'MaxDelaySeconds above a year',
      { Retry: [{ ErrorEquals: ['X'], MaxDelaySeconds: 31_622_401 }], Catch: caught },
      '/States/Work/Retry[0]/MaxDelaySeconds: must be an integer from 1 to 31622400',
    ],
    [
      'a catcher without Next',
      { Catch: [{ ErrorEquals: ['X'] }] },
      '/States/Work/Catch[0]/Next: is required',
    ],
    [
      'ResultPath of JSONPath',
      { Catch: [{ ErrorEquals: ['X'], Next: 'Rest', ResultPath: '$' }] },
      "/States/Work/Catch[0]/ResultPath: field 'ResultPath' belongs to JSONPath, which this interpreter does not run",
    ],
  ])('refuse %s', (_, fields, problem) => {
    expect(problems(task(fields))).toContain(problem);
  });
});

describe('JSONPath', () => {
  const message = 'belongs to JSONPath, which this interpreter does not run';

  it('is refused as the language of a machine, state by state', () => {
    const definition = { StartAt: 'A', States: { A: { Type: 'Pass', InputPath: '$.a', End: true } } };
    expect(problems(definition)).toEqual([
      "/States/A: the state's query language is JSONPath, which this interpreter does not run: set QueryLanguage to JSONata",
    ]);
  });

  it('is refused as the language of a state', () => {
    expect(problems(pass({ QueryLanguage: 'JSONPath' }))[0]).toMatch(
      /^\/States\/A: the state's query language is JSONPath/,
    );
  });

  it('is accepted where each state sets JSONata', () => {
    const A = { Type: 'Pass', QueryLanguage: 'JSONata', End: true };
    expect(problems({ StartAt: 'A', States: { A } })).toEqual([]);
  });

  it.each(['InputPath', 'OutputPath', 'Parameters', 'Result', 'ResultPath', 'ResultSelector'])(
    'is refused in the field %s',
    (field) => {
      expect(problems(pass({ [field]: '$' }))).toEqual([`/States/A/${field}: field '${field}' ${message}`]);
    },
  );

  it('is refused in Choice rules', () => {
    const A = { Type: 'Choice', Choices: [{ Variable: '$.a', Condition: true, Next: 'B' }] };
    expect(problems(machine({ A, B: { Type: 'Succeed' } }))).toEqual([
      `/States/A/Choices[0]/Variable: field 'Variable' ${message}`,
    ]);
  });

  it('does not apply to names that end in .$, which JSONata passes unchanged', () => {
    expect(problems(pass({ Output: { deep: [{ 'a.$': '$.a' }] } }))).toEqual([]);
  });
});

describe('an expression', () => {
  it.each([
    ['{% $states.input', 'the expression opened with {% is not closed with %} at the end of the string'],
    ['$states.input %}', 'the expression closed with %} is not opened with {% at the start of the string'],
    ['{% $states.input.phone & %}', 'the expression does not parse: Unexpected end of expression'],
    ['{% phone %}', "reference to 'phone' at the top level is not supported: write $states.input.phone"],
    [
      '{% $map([1], function($x){ b }) %}',
      "reference to 'b' at the top level is not supported: write $states.input.b",
    ],
    ["{% $eval('1') %}", '$eval is not available in Step Functions: use $parse'],
    ['{% $$.a %}', "reference to '$$' is not supported"],
    ['{% $states.result %}', '$states.result is not available here'],
    ['{% $states.errorOutput.Error %}', '$states.errorOutput is not available here'],
    ['{% $states.output %}', "$states has no member 'output'"],
  ])('is refused: %s', (Output, message) => {
    expect(problems(pass({ Output }))).toEqual([`/States/A/Output: ${message}`]);
  });

  it.each([
    '{% $states.input.items[value > 3].name %}',
    '{% $x[y = 1] %}',
    '{% $states.input.a.(b & c) %}',
    '{% $states.input.list^(>price) %}',
    '{% $states.input{ name: value } %}',
    '{% $states.input ~> |a|{"b": c}| %}',
    '{% ($f := function($n){ $n > 0 ? $f($n - 1) : 0 }; $f(3)) %}',
  ])('is accepted: %s', (Output) => {
    expect(problems(pass({ Output }))).toEqual([]);
  });

  it('may read the result only where there is one, the error only in a catcher', () => {
    const result = '{% $states.result %}';
    const error = '{% $states.errorOutput %}';
    const fine = task({
      Output: result,
      Assign: { a: result },
      Catch: [{ ...caught[0], Output: error, Assign: { b: error } }],
    });
    expect(problems(fine)).toEqual([]);
    expect(problems(task({ Arguments: { Payload: result }, Catch: caught }))).toHaveLength(1);
    expect(problems(task({ Output: error, Catch: caught }))).toHaveLength(1);
    expect(problems(task({ Catch: [{ ...caught[0], Output: result }] }))).toHaveLength(1);
  });
});

describe('Assign', () => {
  it.each([
    ['states', "the variable name 'states' is reserved"],
    ['x.y', "'x.y' is not a variable name"],
    ['x[2]', "'x[2]' is not a variable name"],
    ['1st', "'1st' is not a variable name"],
    ['x'.repeat(81), 'variable names have at most 80 characters'],
  ])('refuses the name %s', (name, message) => {
    expect(problems(pass({ Assign: { [name]: 1 } }))).toEqual([`/States/A/Assign/${name}: ${message}`]);
  });

  it('takes any Unicode identifier', () => {
    expect(problems(pass({ Assign: { größe: 1, _x: 1, 数: 1 } }))).toEqual([
      "/States/A/Assign/_x: '_x' is not a variable name",
    ]);
  });

  it('refuses inner variables with the name of an outer one', () => {
    const inner = { B: { Type: 'Pass', Assign: { n: 1 }, End: true } };
    const definition = machine({
      A: { Type: 'Map', ItemProcessor: { StartAt: 'B', States: inner }, Next: 'C' },
      C: { Type: 'Pass', Assign: { n: 2 }, End: true },
    });
    expect(problems(definition)).toEqual([
      "/States/A/ItemProcessor: assigns the variable 'n', which an outer scope assigns too",
    ]);
  });
});

describe('Task', () => {
  it.each([
    ['arn:aws:lambda:eu-west-1:123456789012:function:f', /a function ARN as Resource is not supported/],
    ['arn:aws:states:eu-west-1:123456789012:activity:a', /activities are not supported/],
    ['lambda:invoke', /is not the ARN of a service integration/],
    ['arn:aws:states:::batch:submitJob.sync', /the .sync pattern of batch:submitJob is not supported/],
    [
      'arn:aws:states:::aws-sdk:sfn:startExecution.sync:2',
      /the .sync:2 pattern of aws-sdk:sfn:startExecution/,
    ],
    ['arn:aws:states:::lambda:invoke.later', /'.later' is not an integration pattern/],
    ['arn:aws:states:::states:startExecutions', /has no integration 'states:startExecutions'/],
    ['arn:aws:states:::dynamodb:query', /has no integration 'dynamodb:query'/],
    ['arn:aws:states:::lambda:Invoke', /has no integration 'lambda:Invoke'/],
    ['arn:aws:states:::kinesis:putRecord', /has no integration 'kinesis:putRecord'/],
    ['arn:aws:states:::aws-sdk:dynamodb:querys', /has no integration 'aws-sdk:dynamodb:querys'/],
    ['arn:aws:states:::aws-sdk:dynamodb:Query', /has no integration 'aws-sdk:dynamodb:Query'/],
    ['arn:aws:states:::aws-sdk:codedeploys:getDeployment', /has no integration 'aws-sdk:codedeploys:/],
    ['arn:aws:states:::lambda:invoke.sync', /the .sync pattern of lambda:invoke is not supported by Step/],
    ['arn:aws:states:::dynamodb:putItem.waitForTaskToken', /pattern of dynamodb:putItem is not supported/],
  ])('refuses the Resource %s', (Resource, message) => {
    expect(problems(task({ Resource, Catch: caught }))[0]).toMatch(message);
  });

  it.each([
    'arn:aws:states:::aws-sdk:cloudformation:describeStacks',
    'arn:aws-cn:states:::lambda:invoke.waitForTaskToken',
    'arn:aws:states:::states:startExecution.sync:2',
  ])('takes the Resource %s', (Resource) => {
    expect(problems(task({ Resource, Arguments: {}, Catch: caught }))).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['lambda:invoke', { FunctionName: 'f', Payloads: 1 }, 'Payloads'],
    ['lambda:invoke.waitForTaskToken', { functionName: 'f' }, 'functionName'],
    ['states:startExecution.sync:2', { StateMachineArn: 'm', Inputs: {} }, 'Inputs'],
    ['sns:publish', { Topic: 't' }, 'Topic'],
    ['sns:publish', { MessageAttributes: { a: { DataTypes: 'String' } } }, 'MessageAttributes/a/DataTypes'],
    ['sqs:sendMessage', { QueueURL: 'q' }, 'QueueURL'],
    ['events:putEvents', { Events: [] }, 'Events'],
    ['apigateway:invoke', { Url: 'u' }, 'Url'],
    ['dynamodb:getItem', { TableName: 't', Item: {} }, 'Item'],
    ['dynamodb:putItem', { TableName: 't', Item: { id: { Text: 'x' } } }, 'Item/id/Text'],
    ['aws-sdk:codedeploy:getDeployment', { deploymentId: 'd' }, 'deploymentId'],
    [
      'aws-sdk:lambda:updateAlias',
      { RoutingConfig: { AdditionalWeights: {} } },
      'RoutingConfig/AdditionalWeights',
    ],
    [
      'aws-sdk:cloudformation:updateStack',
      { Parameters: [{ ParameterKey: 'k' }, { Key: 'k' }] },
      'Parameters[1]/Key',
    ],
  ])('refuses members that %s does not have: %j', (resource, args, member) => {
    const fields = { Resource: `arn:aws:states:::${resource}`, Arguments: args, Catch: caught };
    expect(problems(task(fields))).toEqual([
      `/States/Work/Arguments/${member}: The field "${member}" is not supported by Step Functions`,
    ]);
  });

  it.each<[string, object | string]>([
    [
      'lambda:invoke',
      { FunctionName: 'f', Payload: { any: { thing: 1 } }, Qualifier: '{% $states.input.v %}' },
    ],
    ['states:startExecution', { StateMachineArn: 'm', Name: 'n', Input: { any: 1 } }],
    ['sns:publish', { Message: { any: 1 }, MessageAttributes: '{% $states.input.a %}' }],
    ['dynamodb:putItem', { TableName: 't', Item: { id: { S: '{% $states.input.id %}' } } }],
    ['aws-sdk:lambda:updateAlias', { RoutingConfig: { AdditionalVersionWeights: { 5: 0.1 } } }],
    ['aws-sdk:ec2:describeInstances', { InstanceIds: ['i'] }],
    ['batch:submitJob', { JobName: 'j' }],
    ['lambda:invoke', '{% $states.input %}'],
  ])('accepts members that %s has: %j', (resource, args) => {
    const fields = { Resource: `arn:aws:states:::${resource}`, Arguments: args, Catch: caught };
    expect(problems(task(fields))).toEqual([]);
  });

  it('refuses a heartbeat that is not shorter than the time-out', () => {
    expect(problems(task({ TimeoutSeconds: 10, HeartbeatSeconds: 10, Catch: caught }))).toEqual([
      '/States/Work/HeartbeatSeconds: must be smaller than TimeoutSeconds',
    ]);
  });

  it('refuses Credentials by name', () => {
    expect(problems(task({ Credentials: {}, Catch: caught }))[0]).toMatch(
      /field 'Credentials' is not supported/,
    );
  });
});

describe('Map', () => {
  const map = (fields: object, config?: object) =>
    machine({
      All: {
        Type: 'Map',
        ItemProcessor: {
          ...(config && { ProcessorConfig: config }),
          StartAt: 'A',
          States: { A: { Type: 'Task', Resource: INVOKE, End: true } },
        },
        End: true,
        ...fields,
      },
    });
  const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };
  const reader = (config: object, resource = 'arn:aws:states:::s3:getObject') => ({
    ItemReader: { Resource: resource, ReaderConfig: config, Arguments: { Bucket: 'b', Key: 'k' } },
  });

  it.each<[string, object, RegExp]>([
    ['ItemReader inline', map(reader({ InputType: 'JSON' })), /ItemReader: belongs to a Distributed Map/],
    ['ItemBatcher', map({ ItemBatcher: {} }, DISTRIBUTED), /field 'ItemBatcher' is not supported/],
    ['ResultWriter', map({ ResultWriter: {} }, DISTRIBUTED), /field 'ResultWriter' is not supported/],
    ['Iterator', map({ Iterator: {} }), /field 'Iterator' is deprecated/],
    ['no ExecutionType', map({}, { Mode: 'DISTRIBUTED' }), /ExecutionType: must be STANDARD/],
    [
      'EXPRESS children',
      map({}, { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' }),
      /EXPRESS is not supported/,
    ],
    ['an unknown Mode', map({}, { Mode: 'REMOTE' }), /Mode: must be INLINE or DISTRIBUTED/],
    ['an object as Items', map({ Items: { a: 1 } }), /Items: must be an array or an expression/],
    ['a Label with a space', map({ Label: 'a b' }, DISTRIBUTED), /Label: must have at most 40 characters/],
    ['CSV', map(reader({ InputType: 'CSV' }), DISTRIBUTED), /InputType: 'CSV' is not supported/],
    ['a reader without InputType', map(reader({}), DISTRIBUTED), /InputType: is required/],
    [
      'listObjectsV2',
      map(reader({ InputType: 'JSON' }, 'arn:aws:states:::s3:listObjectsV2'), DISTRIBUTED),
      /is not supported by this interpreter: use s3:getObject/,
    ],
    [
      'ItemsPointer into JSON Lines',
      map(reader({ InputType: 'JSONL', ItemsPointer: '/a' }), DISTRIBUTED),
      /ItemsPointer: must be a JSON Pointer/,
    ],
    [
      'a percentage above 100',
      map({ ToleratedFailurePercentage: 101 }, DISTRIBUTED),
      /ToleratedFailurePercentage: must be a number from 0 to 100/,
    ],
    ['a Label with a space inline', map({ Label: 'a b' }), /Label: must have at most 40 characters/],
    ['half a tolerated failure', map({ ToleratedFailureCount: 0.5 }), /Count: must be an integer/],
  ])('refuses %s', (_, definition, message) => {
    expect(problems(definition).join('\n')).toMatch(message);
  });

  it('accepts tolerated failures and a Label of an inline Map, and a fraction of a percent', () => {
    const fields = { ToleratedFailureCount: 1, ToleratedFailurePercentage: 0.5, Label: 'L' };
    expect(problems(map(fields))).toEqual([]);
    expect(problems(map(fields, DISTRIBUTED))).toEqual([]);
  });

  it('refuses a Label used twice', () => {
    const one = (name: string, inner: string, next: object) => ({
      [name]: {
        Type: 'Map',
        Label: 'L',
        ItemProcessor: {
          ProcessorConfig: DISTRIBUTED,
          StartAt: inner,
          States: { [inner]: { Type: 'Succeed' } },
        },
        ...next,
      },
    });
    expect(problems(machine({ ...one('A', 'X', { Next: 'B' }), ...one('B', 'Y', { End: true }) }))).toEqual([
      "/States/B/Label: the label 'L' is used twice",
    ]);
  });
});
