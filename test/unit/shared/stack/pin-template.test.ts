import * as fc from 'fast-check';
import { pinTemplate } from '../../../../shared/stack/pin-template.ts';
import type { StackTemplate, TemplateResource } from '../../../../shared/stack/stack-template.ts';

fc.configureGlobal({ seed: 1 });

const alias: TemplateResource = {
  Type: 'AWS::Lambda::Alias',
  DependsOn: ['CreateOrderRole'],
  Metadata: { why: 'canary' },
  UpdatePolicy: { CodeDeployLambdaAliasUpdate: { ApplicationName: { Ref: 'Application' } } },
  Properties: {
    Name: 'live',
    FunctionName: { Ref: 'CreateOrder' },
    FunctionVersion: { 'Fn::GetAtt': ['CreateOrderVersion1f2e', 'Version'] },
    RoutingConfig: { AdditionalVersionWeights: [{ FunctionVersion: '5', FunctionWeight: 0.1 }] },
    ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 },
  },
};
const live: StackTemplate = {
  AWSTemplateFormatVersion: '2010-09-09',
  Parameters: { Stage: { Type: 'String' } },
  Resources: {
    CreateOrder: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x' } },
    CreateOrderVersion1f2e: { Type: 'AWS::Lambda::Version', DeletionPolicy: 'Retain' },
    CreateOrderAliaslive: alias,
    ListOrdersAliaslive: alias,
  },
  Outputs: { Arn: { Value: { Ref: 'CreateOrderAliaslive' } } },
};

it('gives an alias the number of its version, without any setting that would split or shift its traffic', () => {
  expect(pinTemplate(live, new Map([['CreateOrderAliaslive', { version: '4' }]]))).toEqual({
    ...live,
    Resources: {
      ...live.Resources,
      CreateOrderAliaslive: {
        Type: 'AWS::Lambda::Alias',
        DependsOn: ['CreateOrderRole'],
        Metadata: { why: 'canary' },
        Properties: {
          Name: 'live',
          FunctionName: { Ref: 'CreateOrder' },
          FunctionVersion: '4',
          ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 },
        },
      },
    },
  });
});

it.each<[string, Map<string, { version: string }>]>([
  ['no alias is named', new Map()],
  ['what is named is no alias', new Map([['CreateOrder', { version: '4' }]])],
  ['what is named is not in the template', new Map([['GetOrderAliaslive', { version: '4' }]])],
])('is the live template where %s', (_, versions) => {
  expect(pinTemplate(live, versions)).toEqual(live);
});

it('gives an alias of a state machine its routes, in place of its shift settings', () => {
  const flow: TemplateResource = {
    Type: 'AWS::StepFunctions::StateMachineAlias',
    Properties: {
      Name: 'live',
      DeploymentPreference: { Type: 'CANARY', StateMachineVersionArn: { Ref: 'FlowVersion' } },
    },
  };
  const stateMachine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:flow';
  const pin = { stateMachine, routes: [{ version: '2', weight: 100 }] };
  const { Resources } = pinTemplate({ Resources: { Flow: flow } }, new Map([['Flow', pin]]));
  expect(Resources.Flow).toEqual({
    Type: 'AWS::StepFunctions::StateMachineAlias',
    Properties: {
      Name: 'live',
      RoutingConfiguration: [{ StateMachineVersionArn: `${stateMachine}:2`, Weight: 100 }],
    },
  });
});

it('leaves its input template unchanged', () => {
  const before = structuredClone(live);
  pinTemplate(live, new Map([['CreateOrderAliaslive', { version: '4' }]]));
  expect(live).toEqual(before);
});

it('gives an alias without properties its number all the same', () => {
  const bare: StackTemplate = { Resources: { Alias: { Type: 'AWS::Lambda::Alias' } } };
  expect(pinTemplate(bare, new Map([['Alias', { version: '4' }]])).Resources.Alias).toEqual({
    Type: 'AWS::Lambda::Alias',
    Properties: { FunctionVersion: '4' },
  });
});

describe('for every template', () => {
  const logicalId = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,5}$/);
  const resource: fc.Arbitrary<TemplateResource> = fc.record(
    {
      Type: fc.constantFrom('AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::DynamoDB::Table'),
      Properties: fc.dictionary(
        fc.constantFrom('Name', 'FunctionVersion', 'RoutingConfig', 'Description'),
        fc.jsonValue({ maxDepth: 2 }),
      ),
      UpdatePolicy: fc.jsonValue({ maxDepth: 1 }),
      DependsOn: fc.array(logicalId, { maxLength: 2 }),
    },
    { requiredKeys: ['Type'] },
  ) as fc.Arbitrary<TemplateResource>;
  const template = fc.record({
    Resources: fc.dictionary(logicalId, resource, { maxKeys: 6 }),
    Outputs: fc.jsonValue({ maxDepth: 2 }),
  });
  const versions = fc
    .array(fc.tuple(logicalId, fc.integer({ min: 1 }).map(String)))
    .map((pairs) => new Map(pairs.map(([id, version]) => [id, { version }] as const)));
  const both = fc.tuple(template, versions).map(([one, named]) => {
    // Half of the named resources are in the template.
    const inTemplate = Object.keys(one.Resources).filter((_, index) => index % 2 === 0);
    return {
      template: one,
      versions: new Map([...named, ...inTemplate.map((id) => [id, { version: '7' }] as const)]),
    };
  });

  it('changes only the named aliases, and of these only the settings that decide on their traffic', () => {
    fc.assert(
      fc.property(both, ({ template: given, versions: named }) => {
        const { Resources, ...sections } = pinTemplate(given, named);
        const { Resources: before, ...sectionsBefore } = given;
        expect(sections).toEqual(sectionsBefore);
        expect(Object.keys(Resources)).toEqual(Object.keys(before));
        for (const [id, was] of Object.entries(before)) {
          const is = Resources[id] as TemplateResource;
          if (was.Type !== 'AWS::Lambda::Alias' || !named.has(id)) {
            expect(is).toEqual(was);
            continue;
          }
          expect(is).not.toHaveProperty('UpdatePolicy');
          expect(is.Properties).not.toHaveProperty('RoutingConfig');
          expect(is.Properties?.FunctionVersion).toBe(named.get(id)?.version);
          expect(withoutTraffic(is)).toEqual(withoutTraffic(was));
        }
      }),
    );
  });

  it('is the same when it is made from a pinned template', () => {
    fc.assert(
      fc.property(both, ({ template: given, versions: named }) => {
        const once = pinTemplate(given, named);
        expect(pinTemplate(once, named)).toEqual(once);
      }),
    );
  });

  function withoutTraffic({ UpdatePolicy: _, Properties = {}, ...rest }: TemplateResource) {
    const { RoutingConfig: __, FunctionVersion: ___, ...properties } = Properties;
    return { ...rest, properties };
  }
});
