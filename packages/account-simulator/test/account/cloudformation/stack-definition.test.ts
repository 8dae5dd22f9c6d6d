import { refusing } from '../../../account/cloudformation/cloudformation-errors.ts';
import { defineStack } from '../../../account/cloudformation/stack-definition.ts';
import { inOrder } from '../../../account/template/references.ts';
import { readTemplate } from '../../../account/template/template.ts';

const YAML = `
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Stage: { Type: String }
  Zones: { Type: CommaDelimitedList }
Mappings:
  Sizes:
    prod: { Memory: 1024 }
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsTest: !Not [!Condition IsProd]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Name: !Sub '\${AWS::StackName}-\${Stage}-\${!literal}'
      Arn: !Join [':', [arn, !Ref 'AWS::Partition', !GetAtt Topic.TopicName]]
      Memory: !FindInMap [Sizes, !Ref Stage, Memory]
      First: !Select [0, !Ref Zones]
      Left: !If [IsTest, left, !Ref 'AWS::NoValue']
      Late: !Sub '\${Stage}/\${Topic}'
  Topic:
    Type: AWS::SNS::Topic
  OnlyInTest:
    Type: AWS::SQS::Queue
    Condition: IsTest
`;

const define = (Stage: string) =>
  defineStack({
    text: YAML,
    template: readTemplate(YAML, refusing),
    parameters: [
      { key: 'Stage', value: Stage, noEcho: false },
      { key: 'Zones', value: 'a,b', noEcho: false },
    ],
    capabilities: [],
    tags: [],
    roleArn: undefined,
    notificationArns: [],
    pseudo: new Map([
      ['AWS::StackName', 'shop'],
      ['AWS::Partition', 'aws'],
    ]),
  });

describe('defineStack', () => {
  it('resolves known names from YAML short forms, and leaves those that need a resource', () => {
    expect(define('prod').resources.Queue?.Properties).toEqual({
      Name: `shop-prod-\${literal}`,
      Arn: { 'Fn::Join': [':', ['arn', 'aws', { 'Fn::GetAtt': ['Topic', 'TopicName'] }]] },
      Memory: 1024,
      First: 'a',
      Late: { 'Fn::Sub': `prod/\${Topic}` },
    });
  });

  it('drops the parts that a condition excludes', () => {
    expect(Object.keys(define('prod').resources)).toEqual(['Queue', 'Topic']);
  });

  it('refuses a missing mapping', () => {
    expect(() => define('dev')).toThrow('Unable to get mapping for Sizes::dev::Memory');
  });

  it('orders resources after their references', () => {
    expect(inOrder(define('prod').resources)).toEqual(['Topic', 'Queue']);
  });
});
