// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import { processed } from '../../../account/cloudformation/processed-template.ts';
import { differs } from '../../../account/cloudformation/stack-definition.ts';
import { StackRegistry } from '../../../account/cloudformation/stack-registry.ts';
import { evaluateTemplate } from '../../../account/template/evaluate-template.ts';
import { parameterTexts, parameterValue } from '../../../account/template/parameters.ts';
import { type ParameterDeclaration, readTemplate } from '../../../account/template/template.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

const extended = { Transform: 'AWS::LanguageExtensions' };

function evaluate(template: object, given: Readonly<Record<string, string>> = {}) {
  const problems: string[] = [];
  const noting = { add: (path: string, reason: string) => problems.push(`${path}: ${reason}`) };
  const read = readTemplate(JSON.stringify(template), noting);
  const texts = parameterTexts(read, new Map(Object.entries(given)), noting);
  const values = [...texts].map(
    ([name, text]) => [name, parameterValue(read.Parameters?.[name] as ParameterDeclaration, text)] as const,
  );
  return { problems, ...evaluateTemplate(read, new Map(values), noting) };
}

/** The examples of the Template Reference's page on Fn::ForEach, each with its answer. */
describe('loops', () => {
  it('make a resource for each item, and give its name to properties', () => {
    const { problems, resources } = evaluate({
      ...extended,
      Resources: {
        'Fn::ForEach::Topics': [
          'TopicName',
          ['Success', 'Failure'],
          {
            'Topic${TopicName}': {
              Type: 'AWS::SNS::Topic',
              Properties: { TopicName: { Ref: 'TopicName' }, FifoTopic: true },
            },
          },
        ],
      },
    });
    expect(problems).toEqual([]);
    expect(resources).toEqual({
      TopicSuccess: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'Success', FifoTopic: true } },
      TopicFailure: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'Failure', FifoTopic: true } },
    });
  });

  it('take their items from a list parameter, and drop characters that a logical id cannot have', () => {
    const template = {
      ...extended,
      Parameters: { Addresses: { Type: 'CommaDelimitedList', Default: '10.0.2.119,10.0.2.120' } },
      Resources: {
        'Fn::ForEach::Instances': [
          'Ip',
          { Ref: 'Addresses' },
          { 'Host&{Ip}': { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': 'q-${Ip}' } } } },
        ],
      },
      Outputs: {
        'Fn::ForEach::Hosts': [
          'Ip',
          { Ref: 'Addresses' },
          { 'Arn&{Ip}': { Value: { Ref: 'Ip' }, Export: { Name: { 'Fn::Sub': 'arn-${Ip}' } } } },
        ],
      },
    };
    const { problems, resources, outputs } = evaluate(template);
    expect(problems).toEqual([]);
    expect(resources.Host1002119?.Properties).toEqual({ QueueName: 'q-10.0.2.119' });
    expect(outputs).toEqual({
      Arn1002119: { Value: '10.0.2.119', Export: { Name: 'arn-10.0.2.119' } },
      Arn1002120: { Value: '10.0.2.120', Export: { Name: 'arn-10.0.2.120' } },
    });
    expect(Object.keys(evaluate(template, { Addresses: 'a' }).resources)).toEqual(['Hosta']);
  });

  it('nest, and occur among conditions and properties', () => {
    const { problems, resources } = evaluate({
      ...extended,
      Parameters: {
        ParamA: { Type: 'String', Default: 'true' },
        ParamB: { Type: 'String', Default: 'false' },
      },
      Mappings: { Queue: { Properties: { DelaySeconds: '5', VisibilityTimeout: '60' } } },
      Conditions: {
        'Fn::ForEach::Check': [
          'Id',
          ['A', 'B'],
          { 'Is${Id}': { 'Fn::Equals': [{ Ref: { 'Fn::Sub': 'Param${Id}' } }, 'true'] } },
        ],
      },
      Resources: {
        'Fn::ForEach::Outer': [
          'Id',
          ['A', 'B'],
          {
            'Fn::ForEach::Inner': [
              'Size',
              ['Small', 'Large'],
              {
                '${Size}${Id}': {
                  Type: 'AWS::SQS::Queue',
                  Condition: { 'Fn::Sub': 'Is${Id}' },
                  Properties: {
                    'Fn::ForEach::Names': [
                      'Name',
                      ['DelaySeconds', 'VisibilityTimeout'],
                      { '${Name}': { 'Fn::FindInMap': ['Queue', 'Properties', { Ref: 'Name' }] } },
                    ],
                  },
                },
              },
            ],
          },
        ],
        Other: {
          Type: 'AWS::SQS::Queue',
          Properties: { QueueName: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['SmallA', 'QueueName'] }, '-b']] } },
        },
      },
    });
    expect(problems).toEqual([]);
    expect(Object.keys(resources).toSorted()).toEqual(['LargeA', 'Other', 'SmallA']);
    expect(resources.LargeA).toMatchObject({
      Condition: 'IsA',
      Properties: { DelaySeconds: '5', VisibilityTimeout: '60' },
    });
  });

  it('replace no identifier in a text that is no Fn::Sub', () => {
    const { resources } = evaluate({
      ...extended,
      Resources: {
        'Fn::ForEach::Queues': [
          'Id',
          ['A'],
          { 'Q${Id}': { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q-${Id}' } } },
        ],
      },
    });
    expect(resources.QA?.Properties).toEqual({ QueueName: 'q-${Id}' });
  });

  const queue = { Type: 'AWS::SQS::Queue' };
  const failed = 'Transform AWS::LanguageExtensions failed with:';
  it.each([
    [{ 'Fn::ForEach::L': ['Id', ['A']] }, `${failed} Fn::ForEach layout is incorrect`],
    [
      { 'Fn::ForEach::L': ['Id', { Ref: 'Nothing' }, { 'Q${Id}': queue }] },
      `${failed} Could not find a collection or could not be resolved for Fn::ForEach`,
    ],
    [
      { 'Fn::ForEach::L': ['Id', ['A', 'B'], { Q: queue }] },
      `${failed} The key Q has to hold \${Id} or &{Id}`,
    ],
    [{ QA: queue, 'Fn::ForEach::L': ['Id', ['A'], { 'Q${Id}': queue }] }, `${failed} Duplicate key QA`],
    [{ 'Fn::ForEach::L': ['Id', ['a-b'], { 'Q${Id}': queue }] }, 'Resource name Qa-b is non alphanumeric'],
  ])('are refused as %j', (Resources, reason) => {
    expect(evaluate({ ...extended, Resources }).problems.join('\n')).toContain(reason);
  });

  it('need the transform', () => {
    const Resources = { 'Fn::ForEach::L': ['Id', ['A'], { 'Q${Id}': queue }] };
    expect(evaluate({ Resources }).problems).toContain(
      'Resources.Fn::ForEach::L: Template format error: [/Resources/Fn::ForEach::L] resource definition is malformed',
    );
  });
});

describe('a policy that a parameter decides', () => {
  const template = {
    Parameters: { Keep: { Type: 'String', Default: 'Retain' } },
    Resources: { Q: { Type: 'AWS::SQS::Queue', DeletionPolicy: { Ref: 'Keep' } } },
  };

  it('is the value of the parameter', () => {
    expect(evaluate({ ...extended, ...template }).resources.Q?.DeletionPolicy).toBe('Retain');
  });

  it('is refused for another word, and without the transform', () => {
    expect(evaluate({ ...extended, ...template }, { Keep: 'Forget' }).problems).toEqual([
      'Resources.Q.DeletionPolicy: Template format error: Unrecognized DeletionPolicy "Forget"',
    ]);
    expect(evaluate(template).problems).toEqual([
      'Resources.Q.DeletionPolicy: Template format error: Every DeletionPolicy member must be a string.',
    ]);
  });
});

it('leaves nothing in the processed template that needs the transform, nor a secret', () => {
  const text = JSON.stringify({
    ...extended,
    Parameters: {
      Names: { Type: 'CommaDelimitedList', Default: 'a,b,c' },
      Secret: { Type: 'String', Default: 'hidden', NoEcho: true },
      Keep: { Type: 'String', Default: 'Retain' },
    },
    Mappings: { M: { top: { second: 'x' } } },
    Resources: {
      'Fn::ForEach::Queues': [
        'Id',
        ['A', 'B'],
        {
          'Q${Id}': {
            Type: 'AWS::SQS::Queue',
            DeletionPolicy: { Ref: 'Keep' },
            Properties: { DelaySeconds: { 'Fn::Length': { Ref: 'Names' } } },
          },
        },
      ],
      Setting: {
        Type: 'AWS::SSM::Parameter',
        Properties: {
          Type: 'String',
          Name: { 'Fn::FindInMap': ['M', 'other', 'second', { DefaultValue: 'none' }] },
          Value: {
            'Fn::ToJsonString': { names: { Ref: 'Names' }, queue: { Ref: 'QA' }, key: { Ref: 'Secret' } },
          },
        },
      },
    },
  });
  const registry = new StackRegistry(new SeededRandom('stacks'), '111122223333', 'eu-west-1');
  const { definition } = registry.newStack('my-stack', 0, (id) =>
    registry.define(id, 'my-stack', registry.parse(text), text, {}, undefined),
  );
  const { Resources, ...sections } = processed(definition);
  const again = JSON.stringify({ Resources, ...sections });
  expect(
    differs(definition, registry.define('id', 'my-stack', registry.parse(again), again, {}, definition)),
  ).toBe(false);
  expect(sections).not.toHaveProperty('Transform');
  expect(sections).not.toHaveProperty('Loops');
  expect(Resources).toEqual({
    QA: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain', Properties: { DelaySeconds: 3 } },
    QB: { Type: 'AWS::SQS::Queue', DeletionPolicy: 'Retain', Properties: { DelaySeconds: 3 } },
    Setting: {
      Type: 'AWS::SSM::Parameter',
      Properties: {
        Type: 'String',
        Name: 'none',
        Value: {
          'Fn::Join': [
            '',
            ['{"names":["a","b","c"],"queue":"', { Ref: 'QA' }, '","key":"', { Ref: 'Secret' }, '"}'],
          ],
        },
      },
    },
  });
});
