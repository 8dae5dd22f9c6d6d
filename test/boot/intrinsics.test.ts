// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation and of definitions
import { evaluate, problemsOfEvaluating } from './stack-of.ts';

const mappings = 'Mappings: { Size: { small: { Days: 7 } } }';
const conditions = `
Parameters: { Stage: { Type: String, Default: test } }
Conditions:
  IsLive: !Equals [!Ref Stage, live]
  IsTest: !Not [!Condition IsLive]
  Both: !And [!Condition IsLive, !Condition IsTest]
  Either: !Or [!Condition IsLive, !Condition IsTest]`;

describe('IntrinsicResolver', () => {
  it.each([
    ['!Ref AWS::AccountId', '111122223333'],
    ['!Ref AWS::Region', 'eu-west-1'],
    ['!Ref AWS::Partition', 'aws'],
    ['!Ref AWS::StackName', 'my-stack'],
    ['!Ref AWS::URLSuffix', 'amazonaws.com'],
    ['!Ref Queue', 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs'],
    ['{ Ref: Queue }', 'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs'],
    ['!GetAtt Queue.Arn', 'arn:aws:sqs:eu-west-1:111122223333:jobs'],
    ['!GetAtt [Queue, Arn]', 'arn:aws:sqs:eu-west-1:111122223333:jobs'],
    ['{ "Fn::GetAtt": Queue.Arn }', 'arn:aws:sqs:eu-west-1:111122223333:jobs'],
    ['!Sub "${AWS::StackName}/${Queue.QueueName}/${!Kept}"', 'my-stack/jobs/${Kept}'],
    ['!Sub ["${A}-${AWS::Region}", { A: !GetAtt Queue.QueueName }]', 'jobs-eu-west-1'],
    ['!Join ["-", [a, !Ref AWS::Region, 3]]', 'a-eu-west-1-3'],
    ['!Select [1, !Split [",", "a,b,c"]]', 'b'],
    ['!Select ["2", [a, b, c]]', 'c'],
    ['!Base64 hello', 'aGVsbG8='],
    ['[a, !Ref AWS::NoValue, b]', ['a', 'b']],
    ['{ a: 1, b: !Ref AWS::NoValue }', { a: 1 }],
  ])('evaluates %s', (value, expected) => {
    expect(evaluate(value)).toEqual(expected);
  });

  it('finds a value in a mapping', () => {
    expect(evaluate('!FindInMap [Size, small, Days]', { sections: mappings })).toBe(7);
  });

  it.each([
    ['IsTest', 'yes'],
    ['IsLive', 'no'],
    ['Both', 'no'],
    ['Either', 'yes'],
  ])('chooses by the condition %s', (condition, expected) => {
    expect(evaluate(`!If [${condition}, "yes", "no"]`, { sections: conditions })).toBe(expected);
  });

  it('follows a parameter into its conditions', () => {
    const value = evaluate('!If [IsLive, "yes", "no"]', {
      sections: conditions,
      parameters: { Stage: 'live' },
    });
    expect(value).toBe('yes');
  });

  it.each([
    ['!Ref Nothing', 'there is no parameter or resource Nothing'],
    ['!Sub "${Nothing}"', 'there is no parameter or resource Nothing'],
    ['!GetAtt Nothing.Arn', 'there is no parameter or resource Nothing'],
    ['!GetAtt Queue.Url', 'the attribute Url of AWS::SQS::Queue is not simulated'],
    ['!GetAtt Queue', 'Fn::GetAtt takes a resource and the name of an attribute'],
    ['!ImportValue other', 'Fn::ImportValue is not simulated'],
    ['!Cidr [10.0.0.0/16, 2, 8]', 'Fn::Cidr is not simulated'],
    ['!Select [3, [a, b]]', 'Fn::Select: there is no item 3 of 2'],
    ['!Join [a]', 'Fn::Join takes 2 values'],
    ['!FindInMap [Size, huge, Days]', 'there is no mapping Size.huge.Days'],
    ['!If [Missing, a, b]', 'there is no condition Missing'],
    ['!Sub "${AWS::NoValue}"', 'Fn::Sub ${AWS::NoValue} needs text, not nothing'],
  ])('refuses %s', (value, reason) => {
    expect(problemsOfEvaluating(value, { sections: mappings })).toEqual([`Outputs.Value.Value: ${reason}`]);
  });

  it('refuses a name that is only missing in the branch not taken', () => {
    expect(problemsOfEvaluating('!If [IsLive, !Ref Nothing, a]', { sections: conditions })).toEqual([
      'Outputs.Value.Value.Fn::If[1]: there is no parameter or resource Nothing',
    ]);
  });

  it('refuses conditions that refer to each other in a circle', () => {
    const sections = 'Conditions: { A: !Not [!Condition B], B: !Not [!Condition A] }';
    expect(problemsOfEvaluating('!If [A, a, b]', { sections }).join()).toContain(
      'refers to itself in a circle',
    );
  });
});
