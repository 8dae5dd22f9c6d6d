// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation

/** A value of a template with its one answer. */
export interface DocumentedInput {
  /** Its source: a page of the documentation, or a report. */
  readonly source: string;
  /** YAML, in flow style. */
  readonly value: string;
  /** Further sections of the template. */
  readonly sections?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The value, or the refusal. */
  readonly answer: unknown;
}

/** CloudFormation's refusal of a value. */
export class Refused {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

const refused = (message: string) => new Refused(message);

const stage = `
Parameters: { EnvType: { Type: String, Default: test, AllowedValues: [prod, test] } }
Conditions:
  IsProd: !Equals [!Ref EnvType, prod]
  IsTest: !Not [!Condition IsProd]
  IsBoth: !And [!Condition IsProd, !Condition IsTest]
  IsEither: !Or [!Condition IsProd, !Condition IsTest]`;
const regions = `
Mappings:
  RegionMap:
    us-east-1: { HVM64: ami-0ff8a91507f77f867, HVMG2: ami-0a584ac55a7631c0c }
    eu-west-1: { HVM64: ami-047bb4163c506cd98, HVMG2: ami-0a7c483d527806435 }`;
const extensions = 'Transform: AWS::LanguageExtensions';
const subnets = `
Parameters:
  DbSubnetIpBlocks: { Type: CommaDelimitedList, Default: "10.0.48.0/24, 10.0.112.0/24, 10.0.176.0/24" }`;

/**
 * Values of the output `Value` of a template that has a parameter of Parameter Store, `Motto`, with the name `/motto`
 * and the value `hello`; the stack is `my-stack`, in account 111122223333 and eu-west-1.
 */
export const documentedInputs: readonly DocumentedInput[] = [
  // Inputs on which two engines disagreed.
  { source: 'cfn-lint#236', value: '!Sub "${ Motto }-${ Motto.Value }"', answer: '/motto-hello' },
  {
    source: 'Fn::Sub, variable names',
    value: '!Sub "${Na-me}"',
    answer: refused(
      'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
    ),
  },
  { source: 'Fn::Base64', value: '!Base64 AWS CloudFormation', answer: 'QVdTIENsb3VkRm9ybWF0aW9u' },
  { source: 'Fn::Base64', value: '!Base64 { "Fn::Sub": "say ${Motto.Value}" }', answer: 'c2F5IGhlbGxv' },
  {
    source: 'Dynamic references',
    value: '"{{resolve:ssm:S3AccessControl:2}}"',
    answer: refused(
      'The simulated CloudFormation does not support dynamic references ({{resolve:ssm:S3AccessControl:2}}).',
    ),
  },
  {
    source: 'Dynamic references',
    value: '!Sub "{{resolve:ssm:/${AWS::StackName}/key}}"',
    answer: refused(
      'The simulated CloudFormation does not support dynamic references ({{resolve:ssm:/my-stack/key}}).',
    ),
  },
  {
    source: 'Template format (YAML 1.1)',
    value: '!Join [" ", [yes, 010, 2012-10-17]]',
    answer: 'true 8 2012-10-17',
  },
  {
    source: 'Conditions: the branch not taken',
    value: '!If [IsProd, !Ref Nothing, a]',
    sections: stage,
    answer: refused(
      'Template format error: Unresolved resource dependencies [Nothing] in the Outputs block of the template',
    ),
  },
  // Fn::Sub
  {
    source: 'Fn::Sub, example with a mapping',
    value: '!Sub ["www.${Domain}", { Domain: !Ref RootDomainName }]',
    sections: 'Parameters: { RootDomainName: { Type: String, Default: mydomain.com } }',
    answer: 'www.mydomain.com',
  },
  {
    source: 'Fn::Sub, example without a mapping',
    value: '!Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:vpc/${Motto.Value}"',
    answer: 'arn:aws:ec2:eu-west-1:111122223333:vpc/hello',
  },
  { source: 'Fn::Sub, literal', value: '!Sub "${!Literal} ${Motto.Value}"', answer: '${Literal} hello' },
  { source: 'decdk#358', value: '!Sub "${ !Literal }"', answer: '${Literal}' },
  {
    source: 'Fn::Sub, a value that looks like a placeholder',
    value: '!Sub ["${A} ${Motto}", { A: !Sub "${!Motto}" }]',
    answer: '${Motto} /motto',
  },
  {
    source: 'Fn::Sub, arguments',
    value: '!Sub [a, b]',
    answer: refused(
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    ),
  },
  {
    source: 'Fn::Sub, a name that does not exist',
    value: '!Sub "${Nothing}"',
    answer: refused(
      'Template format error: Unresolved resource dependencies [Nothing] in the Outputs block of the template',
    ),
  },
  // Fn::Join
  { source: 'Fn::Join, simple example', value: '!Join [":", [a, b, c]]', answer: 'a:b:c' },
  {
    source: 'Fn::Join, example with Ref',
    value: '!Join ["", ["arn:", !Ref AWS::Partition, ":s3:::elasticbeanstalk-*-", !Ref AWS::AccountId]]',
    answer: 'arn:aws:s3:::elasticbeanstalk-*-111122223333',
  },
  {
    source: 'Fn::Join of a list parameter',
    value: '!Join ["|", !Ref DbSubnetIpBlocks]',
    sections: subnets,
    answer: '10.0.48.0/24|10.0.112.0/24|10.0.176.0/24',
  },
  {
    source: 'Fn::Join, arguments',
    value: '!Join [a]',
    answer: refused(
      'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
    ),
  },
  // Fn::Select and Fn::Split
  {
    source: 'Fn::Select, basic example',
    value: '!Select ["1", [apples, grapes, oranges, mangoes]]',
    answer: 'grapes',
  },
  {
    source: 'Fn::Select, comma-delimited list parameter',
    value: '!Select [2, !Ref DbSubnetIpBlocks]',
    sections: subnets,
    answer: '10.0.176.0/24',
  },
  {
    source: 'Fn::Select, index out of bounds',
    value: '!Select [3, [a, b]]',
    answer: refused('Template error: Fn::Select cannot select nonexistent value at index 3'),
  },
  { source: 'Fn::Split, simple list', value: '!Split ["|", "a|b|c"]', answer: ['a', 'b', 'c'] },
  {
    source: 'Fn::Split, list with empty string values',
    value: '!Split ["|", "a||c|"]',
    answer: ['a', '', 'c', ''],
  },
  {
    source: 'Fn::Split of what a resource gives',
    value: '!Select [1, !Split ["/", !Ref Motto]]',
    answer: 'motto',
  },
  {
    source: 'Fn::Split, example with an imported value',
    value: '!Select [2, !Split [",", !ImportValue AccountSubnetIDs]]',
    answer: refused('No export named AccountSubnetIDs found.'),
  },
  // Fn::FindInMap
  {
    source: 'Fn::FindInMap, example',
    value: '!FindInMap [RegionMap, !Ref AWS::Region, HVM64]',
    sections: regions,
    answer: 'ami-047bb4163c506cd98',
  },
  {
    source: 'Fn::FindInMap, a key that does not exist',
    value: '!FindInMap [RegionMap, sa-east-1, HVM64]',
    sections: regions,
    answer: refused('Template error: Unable to get mapping for RegionMap::sa-east-1::HVM64'),
  },
  {
    source: 'Fn::FindInMap enhancements, default value',
    value: '!FindInMap [RegionMap, sa-east-1, HVM64, { DefaultValue: ami-00000000 }]',
    sections: extensions + regions,
    answer: 'ami-00000000',
  },
  // Condition functions
  {
    source: 'Fn::If, example',
    value: '!If [IsProd, c1.xlarge, m1.large]',
    sections: stage,
    answer: 'm1.large',
  },
  {
    source: 'Fn::Equals, example',
    value: '!If [IsProd, c1.xlarge, m1.large]',
    sections: stage,
    parameters: { EnvType: 'prod' },
    answer: 'c1.xlarge',
  },
  { source: 'Fn::Not, example', value: '!If [IsTest, a, b]', sections: stage, answer: 'a' },
  { source: 'Fn::And, example', value: '!If [IsBoth, a, b]', sections: stage, answer: 'b' },
  { source: 'Fn::Or, example', value: '!If [IsEither, a, b]', sections: stage, answer: 'a' },
  {
    source: 'Fn::If with AWS::NoValue',
    value: '[a, !If [IsProd, b, !Ref AWS::NoValue], { c: !Ref AWS::NoValue }]',
    sections: stage,
    answer: ['a', {}],
  },
  {
    source: 'Fn::If, a condition that does not exist',
    value: '!If [Missing, a, b]',
    answer: refused('Template error: unresolved condition dependency Missing in Fn::If'),
  },
  {
    source: 'Fn::And, at least two conditions',
    value: 'a',
    sections: 'Conditions: { A: !And [!Equals [a, a]] }',
    answer: refused(
      'Template error: every Fn::And object requires a list of at least 2 and at most 10 boolean parameters.',
    ),
  },
  {
    source: 'Conditions, no resources',
    value: 'a',
    sections: 'Conditions: { A: !Equals [!Ref Motto, a] }',
    answer: refused(
      'Template format error: Unresolved dependencies [Motto]. Cannot reference resources in the Conditions block of the template',
    ),
  },
  {
    source: 'Conditions, circle',
    value: 'a',
    sections: 'Conditions: { A: !Not [!Condition B], B: !Not [!Condition A] }',
    answer: refused('Template error: Found circular condition dependency: [A, B]'),
  },
  // Ref, Fn::GetAtt, pseudo parameters
  { source: 'Ref', value: '!Ref Motto', answer: '/motto' },
  { source: 'Fn::GetAtt', value: '!GetAtt Motto.Value', answer: 'hello' },
  { source: 'Fn::GetAtt, list form', value: '{ "Fn::GetAtt": [Motto, Value] }', answer: 'hello' },
  {
    source: 'Fn::GetAtt, arguments',
    value: '!GetAtt Motto',
    answer: refused(
      'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
    ),
  },
  {
    source: 'Pseudo parameters',
    value:
      '!Join [" ", [!Ref AWS::AccountId, !Ref AWS::Partition, !Ref AWS::Region, !Ref AWS::StackName, !Ref AWS::URLSuffix]]',
    answer: '111122223333 aws eu-west-1 my-stack amazonaws.com',
  },
  {
    source: 'Pseudo parameters, not simulated',
    value: '!Ref AWS::NotificationARNs',
    answer: refused(
      'The simulated CloudFormation does not support the pseudo parameter AWS::NotificationARNs.',
    ),
  },
  {
    source: 'Fn::Cidr, not simulated',
    value: '!Cidr ["192.168.0.0/24", 6, 5]',
    answer: refused('The simulated CloudFormation does not support the function Fn::Cidr.'),
  },
  // AWS::LanguageExtensions
  { source: 'Fn::Length, example', value: '!Length [1, 2, 3]', sections: extensions, answer: 3 },
  {
    source: 'Fn::Length of a list parameter',
    value: '!Length { Ref: DbSubnetIpBlocks }',
    sections: extensions + subnets,
    answer: 3,
  },
  {
    source: 'Fn::ToJsonString, example',
    value: '!ToJsonString { key1: value1, key2: !Ref Motto }',
    sections: extensions,
    answer: '{"key1":"value1","key2":"/motto"}',
  },
  {
    source: 'Fn::ForEach, declaration',
    value: 'a }, "Fn::ForEach::Loop": [Id, [A, B]], Other: { Value: b',
    sections: extensions,
    answer: refused('Transform AWS::LanguageExtensions failed with: Fn::ForEach layout is incorrect'),
  },
  {
    source: 'Fn::Length, requires the transform',
    value: '!Length [1, 2]',
    answer: refused('Template format error: Fn::Length requires the transform AWS::LanguageExtensions'),
  },
  // Parameters
  {
    source: 'Parameters, Number is text to Ref',
    value: '!Ref Port',
    sections: 'Parameters: { Port: { Type: Number, Default: 80 } }',
    answer: '80',
  },
  {
    source: 'Parameters, AllowedValues',
    value: 'a',
    sections: stage,
    parameters: { EnvType: 'prd' },
    answer: refused("Parameter 'EnvType' must be one of AllowedValues: [prod, test]"),
  },
  {
    source: 'Parameters, AllowedPattern matches the whole value',
    value: 'a',
    sections: 'Parameters: { User: { Type: String, AllowedPattern: "[a-z]+" } }',
    parameters: { User: 'ab1' },
    answer: refused("Parameter 'User' must match pattern [a-z]+"),
  },
  {
    source: 'Parameters, ConstraintDescription',
    value: 'a',
    sections: 'Parameters: { User: { Type: String, MaxLength: 2, ConstraintDescription: at most two } }',
    parameters: { User: 'abc' },
    answer: refused('Parameter User failed to satisfy constraint: at most two'),
  },
  {
    source: 'Parameters, a value for each',
    value: 'a',
    sections: 'Parameters: { A: { Type: String }, B: { Type: String } }',
    answer: refused('Parameters: [A, B] must have values'),
  },
  {
    source: 'Rules, assertion',
    value: 'a',
    sections: `${stage}\nRules: { Live: { Assertions: [{ Assert: { "Fn::Contains": [[prod], !Ref EnvType] }, AssertDescription: Only prod. }] } }`,
    answer: refused('Only prod.'),
  },
];

/** The template of an input. */
export function templateOf({ sections = '', value }: DocumentedInput): string {
  return `${sections}
Resources: { Motto: { Type: AWS::SSM::Parameter, Properties: { Name: /motto, Type: String, Value: hello } } }
Outputs: { Value: { Value: ${value} } }`;
}
