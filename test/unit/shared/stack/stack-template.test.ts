// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import * as fc from 'fast-check';
import { parseTemplate, type StackTemplate, templateText } from '../../../../shared/stack/stack-template.ts';

fc.configureGlobal({ seed: 1 });

const longForm = (yaml: string) => parseTemplate(`Resources: {}\nValue: ${yaml}\n`).Value;

it.each([
  ['JSON', '{"Resources":{"Queue":{"Type":"AWS::SQS::Queue"}}}'],
  ['JSON after blank lines', '\n\n  {"Resources":{"Queue":{"Type":"AWS::SQS::Queue"}}}\n'],
  ['YAML', '# queues\nResources:\n  Queue:\n    Type: AWS::SQS::Queue\n'],
  ['YAML that begins a document', '---\nResources:\n  Queue: {Type: "AWS::SQS::Queue"}\n'],
])('reads %s', (_, text) => {
  expect(parseTemplate(text)).toEqual({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
});

it('keeps every section, and a date as text', () => {
  const text = 'AWSTemplateFormatVersion: 2010-09-09\nResources: {}\nOutputs:\n  A:\n    Value: b\n';
  expect(parseTemplate(text)).toEqual({
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: {},
    Outputs: { A: { Value: 'b' } },
  });
});

it.each<[string, unknown]>([
  ['!Ref Queue', { Ref: 'Queue' }],
  ['!Condition IsProd', { Condition: 'IsProd' }],
  ['!GetAtt Queue.Arn', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
  ['!GetAtt Nested.Outputs.QueueArn', { 'Fn::GetAtt': ['Nested', 'Outputs.QueueArn'] }],
  ['!GetAtt [Queue, Arn]', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
  ['!Sub "${Queue} of ${AWS::Region}"', { 'Fn::Sub': '${Queue} of ${AWS::Region}' }],
  ['!Sub ["${A}", {A: !Ref Queue}]', { 'Fn::Sub': ['${A}', { A: { Ref: 'Queue' } }] }],
  ['!Base64 text', { 'Fn::Base64': 'text' }],
  ['!Base64 {"Fn::Sub": text}', { 'Fn::Base64': { 'Fn::Sub': 'text' } }],
  ['!Cidr [!GetAtt Vpc.CidrBlock, 6, 5]', { 'Fn::Cidr': [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, 6, 5] }],
  ['!FindInMap [Map, !Ref Stage, Key]', { 'Fn::FindInMap': ['Map', { Ref: 'Stage' }, 'Key'] }],
  ['!GetAZs ""', { 'Fn::GetAZs': '' }],
  ['!GetAZs {Ref: "AWS::Region"}', { 'Fn::GetAZs': { Ref: 'AWS::Region' } }],
  ['!ImportValue shared-topic', { 'Fn::ImportValue': 'shared-topic' }],
  ['!ImportValue {"Fn::Sub": "${Stage}-topic"}', { 'Fn::ImportValue': { 'Fn::Sub': '${Stage}-topic' } }],
  ['!Join ["-", [a, !Ref Stage]]', { 'Fn::Join': ['-', ['a', { Ref: 'Stage' }]] }],
  ['!Select [0, !GetAZs ""]', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
  ['!Split [",", "a,b"]', { 'Fn::Split': [',', 'a,b'] }],
  ['!And [!Condition A, !Condition B]', { 'Fn::And': [{ Condition: 'A' }, { Condition: 'B' }] }],
  ['!Or [!Condition A, !Condition B]', { 'Fn::Or': [{ Condition: 'A' }, { Condition: 'B' }] }],
  ['!Not [!Equals [!Ref Stage, prod]]', { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] }] }],
  [
    '!If [IsProd, !Ref Queue, !Ref "AWS::NoValue"]',
    { 'Fn::If': ['IsProd', { Ref: 'Queue' }, { Ref: 'AWS::NoValue' }] },
  ],
  ['!Length [a, b]', { 'Fn::Length': ['a', 'b'] }],
  ['!ToJsonString {a: !Ref Queue}', { 'Fn::ToJsonString': { a: { Ref: 'Queue' } } }],
  ['!Transform {Name: "AWS::Include"}', { 'Fn::Transform': { Name: 'AWS::Include' } }],
  ['{Ref: Queue}', { Ref: 'Queue' }],
  ['{"Fn::GetAtt": [Queue, Arn]}', { 'Fn::GetAtt': ['Queue', 'Arn'] }],
])('reads the short form %s', (yaml, long) => {
  expect(longForm(yaml)).toEqual(long);
});

it('reads short forms over several lines', () => {
  const text = `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: !Sub |
        Role of \${Stage}
      Arn: !Join
        - ':'
        - - arn
          - !GetAtt
            - Queue
            - Arn
`;
  expect(parseTemplate(text).Resources.Role?.Properties).toEqual({
    Description: { 'Fn::Sub': 'Role of ${Stage}\n' },
    Arn: { 'Fn::Join': [':', ['arn', { 'Fn::GetAtt': ['Queue', 'Arn'] }]] },
  });
});

it.each([
  ['empty', ''],
  ['a text', 'no template'],
  ['a list', '- Resources'],
  ['a number', '7'],
  ['null', 'null'],
  ['without resources', 'AWSTemplateFormatVersion: 2010-09-09'],
  ['JSON without resources', '{"Outputs":{}}'],
])('throws where the text is %s', (_, text) => {
  expect(() => parseTemplate(text)).toThrow('The text is no CloudFormation template: it has no Resources.');
});

it.each([
  ['JSON that ends too early', '{"Resources":'],
  ['YAML that is none', 'Resources: [\n'],
])('throws at %s', (_, text) => {
  expect(() => parseTemplate(text)).toThrow();
});

it('throws at an unknown short form, rather than lose it', () => {
  expect(() => longForm('!Teleport Queue')).toThrow('!Teleport');
});

it('reads back its own output', () => {
  const template = fc.record({
    Resources: fc.dictionary(fc.string(), fc.record({ Type: fc.string(), Properties: fc.object() })),
    Outputs: fc.jsonValue(),
  });
  fc.assert(
    fc.property(template, (value) => {
      const given = JSON.parse(JSON.stringify(value)) as StackTemplate;
      expect(parseTemplate(templateText(given))).toEqual(given);
    }),
  );
});
