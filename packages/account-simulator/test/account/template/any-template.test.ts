// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import * as fc from 'fast-check';
import { evaluateTemplate } from '../../../account/template/evaluate-template.ts';
import { parameterTexts } from '../../../account/template/parameters.ts';
import { readTemplate } from '../../../account/template/template.ts';

const names = ['A', 'B', 'AWS::Region', 'AWS::NoValue', 'A.Arn', 'constructor', '__proto__', '', 'x-y'];
const functions = [
  'Ref',
  'Fn::GetAtt',
  'Fn::Sub',
  'Fn::Join',
  'Fn::Split',
  'Fn::Select',
  'Fn::If',
  'Fn::FindInMap',
  'Fn::ImportValue',
  'Fn::Base64',
  'Fn::Length',
  'Fn::ToJsonString',
  'Fn::Equals',
  'Fn::And',
  'Fn::Or',
  'Fn::Not',
  'Fn::Contains',
  'Condition',
  'Fn::Cidr',
];

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...names, 0, 1, -1, true, null, '0', '${A}', '${A.Arn}', '${!A}', '${', '{{resolve:a}}'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom('A', 'B', 'Type', 'Properties', 'Value', 'Events', 'constructor'),
      tie('value'),
      {
        maxKeys: 3,
      },
    ),
    fc.tuple(fc.constantFrom(...functions), tie('value')).map(([name, argument]) => ({ [name]: argument })),
  ),
}));

const resource = fc.record(
  {
    Type: fc.constantFrom(
      'AWS::SQS::Queue',
      'AWS::Serverless::Function',
      'AWS::Serverless::StateMachine',
      'AWS::Serverless::Api',
      'AWS::Serverless::HttpApi',
      'AWS::Serverless::LayerVersion',
      'x',
    ),
    Properties: fc.oneof(
      { weight: 1, arbitrary: value },
      {
        weight: 9,
        arbitrary: fc.dictionary(
          fc.constantFrom(
            'CodeUri',
            'AutoPublishAlias',
            'DeploymentPreference',
            'Policies',
            'Events',
            'Tags',
            'EventInvokeConfig',
            'DefinitionUri',
            'DefinitionBody',
            'StageName',
            'ContentUri',
            'Fn::ForEach::Inner',
          ),
          value,
        ),
      },
    ),
    DependsOn: fc.constantFrom('A', 'B', ['A', 'B']),
    DeletionPolicy: fc.oneof(fc.constantFrom('Retain', 'x'), value),
    Condition: fc.constantFrom('A', 'B'),
  },
  { requiredKeys: ['Type'] },
);

/** Mostly well-formed, so that most templates are evaluated. */
const section = (item: fc.Arbitrary<unknown>) =>
  fc.oneof(
    { weight: 40, arbitrary: fc.dictionary(fc.constantFrom('A', 'B'), item, { maxKeys: 2 }) },
    { weight: 1, arbitrary: value },
  );
const loop = fc.oneof(
  { weight: 1, arbitrary: value },
  {
    weight: 9,
    arbitrary: fc.tuple(
      fc.constantFrom('Id', 'A', 'constructor'),
      fc.oneof(fc.constant(['A', 'B']), value),
      fc.dictionary(
        fc.constantFrom('C${Id}', 'D&{Id}', 'C', 'Fn::ForEach::Inner'),
        fc.oneof(resource, value),
        {
          minKeys: 1,
          maxKeys: 2,
        },
      ),
    ),
  },
);
const map = fc.dictionary(fc.constantFrom('A', 'B', 'Assertions'), value, { maxKeys: 2 });
const transform = ['AWS::LanguageExtensions', 'AWS::Serverless-2016-10-31'];

const template = fc.record(
  {
    Transform: fc.oneof({ weight: 20, arbitrary: fc.constant(transform) }, { weight: 1, arbitrary: value }),
    Globals: section(map),
    Rules: section(map),
    Mappings: section(map),
    Conditions: section(value),
    Resources: fc
      .tuple(section(resource), fc.option(loop, { freq: 5 }))
      .map(([resources, one]) =>
        one === null ? resources : { ...(resources as object), 'Fn::ForEach::L': one },
      ),
    Outputs: section(fc.record({ Value: value })),
  },
  { requiredKeys: ['Resources'] },
);

it('evaluates any template, or describes its problem in words', () => {
  let evaluated = 0;
  fc.assert(
    fc.property(template, (input) => {
      const reasons: string[] = [];
      const problems = { add: (_: string, reason: string) => reasons.push(reason) };
      const read = readTemplate(JSON.stringify(input), problems);
      const values = parameterTexts(read, new Map(), problems);
      if (reasons.length === 0) {
        evaluated += 1;
        evaluateTemplate(read, values, problems);
      }
      for (const reason of reasons) expect(reason).toMatch(/^[A-Z'].{10,}/s);
    }),
    { numRuns: 1000, seed: 1 },
  );
  expect(evaluated).toBeGreaterThan(300);
});
