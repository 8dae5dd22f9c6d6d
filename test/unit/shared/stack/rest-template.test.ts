// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
import * as fc from 'fast-check';
import { restTemplate } from '../../../../shared/stack/rest-template.ts';
import type { StackTemplate, TemplateResource } from '../../../../shared/stack/stack-template.ts';

fc.configureGlobal({ seed: 1 });

const version = (name = 'CreateOrder'): TemplateResource => ({
  Type: 'AWS::Lambda::Version',
  DeletionPolicy: 'Retain',
  Properties: { FunctionName: { Ref: name } },
});
const numberOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Version'] });
const alias = (FunctionVersion: unknown, name = 'CreateOrder'): TemplateResource => ({
  Type: 'AWS::Lambda::Alias',
  UpdatePolicy: { CodeDeployLambdaAliasUpdate: { ApplicationName: { Ref: 'Application' } } },
  Properties: { Name: 'live', FunctionName: { Ref: name }, FunctionVersion },
});
const lambda: TemplateResource = { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'nodejs22.x' } };

/** The stack went from `Old` to `New`, whose version is 5. */
const saved: StackTemplate = {
  Resources: { CreateOrder: lambda, Old: version(), Live: alias(numberOf('Old')) },
};
const live: StackTemplate = {
  Resources: { CreateOrder: lambda, ListOrders: lambda, New: version(), Live: alias('4') },
};
const on = (versions: Record<string, string>) => (logicalId: string) => versions[logicalId];

/** The resources and sections that result from the saved template with additions. */
function restOf(
  more: Record<string, unknown>,
  resources: Record<string, unknown> = {},
  versions = { Live: '4' },
) {
  const Resources = { ...saved.Resources, ...resources } as StackTemplate['Resources'];
  const made = restTemplate({ ...saved, ...more, Resources }, live, on(versions));
  if ('unresolved' in made) throw new Error(`unresolved: ${made.unresolved.join()}`);
  return made.template;
}

it('leaves out everything that would publish, and keeps every alias on its version', () => {
  expect(restTemplate(saved, live, on({ Live: '4' }))).toEqual({
    template: { Resources: { CreateOrder: lambda, Live: alias('4') } },
  });
});

it("keeps the way in which the team's next deployment shifts traffic", () => {
  expect(restOf({}).Resources.Live).toHaveProperty('UpdatePolicy.CodeDeployLambdaAliasUpdate');
});

it("does not restore an alias's traffic split from the saved template", () => {
  const FunctionWeight = 0.1;
  const split = (FunctionVersion: unknown) => ({
    AdditionalVersionWeights: [{ FunctionVersion, FunctionWeight }],
  });
  const splitting = (RoutingConfig: object): TemplateResource => {
    const { Properties, ...rest } = alias(numberOf('Old'));
    return { ...rest, Properties: { ...Properties, RoutingConfig } };
  };
  expect(restOf({}, { Live: splitting(split('3')) }).Resources.Live).toEqual(alias('4'));
  // A version that only the weights name is no obstacle.
  const Resources = { Lone: version(), Live: splitting(split(numberOf('Lone'))) };
  expect(restOf({}, Resources).Resources.Live).toEqual(alias('4'));
});

it('leaves its input templates unchanged', () => {
  const before = structuredClone([saved, live]);
  restTemplate(saved, live, on({ Live: '4' }));
  expect([saved, live]).toEqual(before);
});

it('keeps a version that both templates have, and references to it', () => {
  const both = { ...live, Resources: { ...live.Resources, Old: version() } };
  const withOutput = { ...saved, Outputs: { Version: { Value: numberOf('Old') } } };
  expect(restTemplate(withOutput, both, on({ Live: '4' }))).toEqual({
    template: {
      Resources: { CreateOrder: lambda, Old: version(), Live: alias('4') },
      Outputs: { Version: { Value: numberOf('Old') } },
    },
  });
});

const arn = { 'Fn::Join': [':', [{ 'Fn::GetAtt': ['CreateOrder', 'Arn'] }, '4']] };

describe('replaces references to a removed version', () => {
  it.each<[string, unknown, unknown]>([
    ['Ref, which is its ARN', { Ref: 'Old' }, arn],
    ['Fn::GetAtt, a list', { 'Fn::GetAtt': ['Old', 'Version'] }, '4'],
    ['Fn::GetAtt, a text', { 'Fn::GetAtt': 'Old.Version' }, '4'],
    ['Fn::GetAtt of its ARN', { 'Fn::GetAtt': ['Old', 'FunctionArn'] }, arn],
    [
      'Fn::Sub, a text with its number',
      { 'Fn::Sub': '${AWS::Region}:${Old.Version}' },
      { 'Fn::Sub': '${AWS::Region}:4' },
    ],
    [
      'Fn::Sub, a text with its ARN',
      { 'Fn::Sub': 'arn is ${Old}.' },
      { 'Fn::Sub': 'arn is ${CreateOrder.Arn}:4.' },
    ],
    [
      'Fn::Sub, a list, in its text and its values',
      { 'Fn::Sub': ['${Old.Version} of ${Name}, ${Arn}', { Name: 'x', Arn: { Ref: 'Old' } }] },
      { 'Fn::Sub': ['4 of ${Name}, ${Arn}', { Name: 'x', Arn: arn }] },
    ],
    [
      'a reference deep in other functions',
      { 'Fn::If': ['Prod', { 'Fn::Join': ['-', ['v', numberOf('Old')]] }, { Ref: 'AWS::NoValue' }] },
      { 'Fn::If': ['Prod', { 'Fn::Join': ['-', ['v', '4']] }, { Ref: 'AWS::NoValue' }] },
    ],
  ])('%s', (_, reference, replaced) => {
    const permission = { Type: 'AWS::Lambda::Permission', Properties: { FunctionName: reference } };
    const template = restOf(
      { Outputs: { Version: { Value: reference, Export: { Name: reference } } } },
      { Permission: permission },
    );
    expect(template.Resources.Permission).toEqual({
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: replaced },
    });
    expect(template.Outputs).toEqual({ Version: { Value: replaced, Export: { Name: replaced } } });
  });

  it.each([
    { 'Fn::Sub': '${!Old} is no reference' },
    { 'Fn::Sub': '${Older} and ${OldVersion.Version}' },
    { 'Fn::Sub': '$Old {Old} Old.Version' },
    { Ref: 'Older' },
    { 'Fn::GetAtt': ['CreateOrder', 'Arn'] },
    { 'Fn::GetAtt': 'CreateOrder.Arn' },
    'Old',
    ['Old', 4, true, null],
  ])('no reference to it: %j', (value) => {
    expect(restOf({ Metadata: { value } }).Metadata).toEqual({ value });
  });
});

it.each<[string, unknown, unknown]>([
  ['the one that is left out, alone', 'Old', undefined],
  ['the one that is left out, in a list', ['Old'], undefined],
  ['others beside it', ['CreateOrder', 'Old', 'Live'], ['CreateOrder', 'Live']],
  ['others', ['CreateOrder'], ['CreateOrder']],
])('makes resources depend on existing ones, where they depended on %s', (_, DependsOn, left) => {
  const { Rule } = restOf({}, { Rule: { Type: 'AWS::Events::Rule', DependsOn } }).Resources;
  expect(Rule).toEqual({ Type: 'AWS::Events::Rule', ...(left !== undefined && { DependsOn: left }) });
});

it('leaves out the condition of a version with it, and no other', () => {
  const Conditions = { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } };
  const template = restOf(
    { Conditions },
    { Old: { ...version(), Condition: 'Prod' }, Rule: { Type: 'AWS::Events::Rule', Condition: 'Prod' } },
  );
  expect(template.Conditions).toEqual(Conditions);
  expect(template.Resources.Rule).toEqual({ Type: 'AWS::Events::Rule', Condition: 'Prod' });
  expect(template.Resources).not.toHaveProperty('Old');
});

it('knows the version of an alias from its reference in either form', () => {
  const template = restOf(
    { Outputs: { Version: { Value: numberOf('Old') } } },
    { Live: alias({ 'Fn::GetAtt': 'Old.Version' }) },
  );
  expect(template.Outputs).toEqual({ Version: { Value: '4' } });
});

it('keeps two functions apart', () => {
  const template = restOf(
    { Outputs: { Create: { Value: numberOf('Old') }, List: { Value: { Ref: 'OldList' } } } },
    {
      ListOrders: lambda,
      OldList: version('ListOrders'),
      LiveList: alias(numberOf('OldList'), 'ListOrders'),
    },
    { Live: '4', LiveList: '11' } as { Live: string },
  );
  expect(template.Resources.LiveList).toEqual(alias('11', 'ListOrders'));
  expect(template.Outputs).toEqual({
    Create: { Value: '4' },
    List: { Value: { 'Fn::Join': [':', [{ 'Fn::GetAtt': ['ListOrders', 'Arn'] }, '11']] } },
  });
});

it('publishes the first version of a function that the release removed', () => {
  const { Resources } = restOf(
    {},
    {
      Refund: lambda,
      RefundVersion: version('Refund'),
      LiveRefund: alias(numberOf('RefundVersion'), 'Refund'),
    },
  );
  expect(Resources.RefundVersion).toEqual(version('Refund'));
  expect(Resources.LiveRefund).toEqual(alias(numberOf('RefundVersion'), 'Refund'));
  expect(Resources).not.toHaveProperty('Old');
});

describe('names references without a replacement', () => {
  it.each<[string, Record<string, unknown>, Record<string, string>, string[]]>([
    ['a version of an alias that the stack does not have', {}, {}, ['Old']],
    [
      'a version that no alias refers to',
      {
        Lone: version(),
        Permission: { Type: 'AWS::Lambda::Permission', Properties: { Name: { Ref: 'Lone' } } },
      },
      { Live: '4' },
      ['Lone'],
    ],
    [
      'several, each once, sorted',
      {
        Zeta: version(),
        Alpha: version(),
        Rule: {
          Type: 'AWS::Events::Rule',
          Properties: [{ Ref: 'Zeta' }, numberOf('Alpha'), { Ref: 'Zeta' }],
        },
      },
      { Live: '4' },
      ['Alpha', 'Zeta'],
    ],
  ])('%s', (_, resources, versions, unresolved) => {
    const Resources = { ...saved.Resources, ...resources } as StackTemplate['Resources'];
    expect(restTemplate({ ...saved, Resources }, live, on(versions))).toEqual({ unresolved });
  });

  it('but not a version without references', () => {
    expect(restOf({}, { Lone: version() }).Resources).not.toHaveProperty('Lone');
  });
});

it.each([
  ['after', { Live: alias(numberOf('Old')), Beta: alias(numberOf('Old')) }],
  ['before', { Beta: alias(numberOf('Old')), Live: alias(numberOf('Old')) }],
])(
  'gives an alias that the stack does not have the version of one that shared it, named %s it',
  (_, aliases) => {
    const made = restTemplate(
      { Resources: { CreateOrder: lambda, Old: version(), ...aliases } },
      live,
      on({ Live: '4' }),
    );
    expect(made).toEqual({
      template: { Resources: { CreateOrder: lambda, Live: alias('4'), Beta: alias('4') } },
    });
  },
);

it.each<[string, unknown]>([
  ['by its name', 'shop-orders-CreateOrder'],
  ['by an attribute', { 'Fn::GetAtt': ['CreateOrder', 'Arn'] }],
])(
  'needs the function of a version where its ARN is asked for: named %s, the version is not resolved',
  (_, FunctionName) => {
    const Old = { Type: 'AWS::Lambda::Version', Properties: { FunctionName } };
    const Resources = { ...saved.Resources, Old };
    expect(
      restTemplate({ Resources, Outputs: { Arn: { Value: { Ref: 'Old' } } } }, live, on({ Live: '4' })),
    ).toEqual({ unresolved: ['Old'] });
    // The version's number needs no function.
    expect(
      restTemplate({ Resources, Outputs: { Number: { Value: numberOf('Old') } } }, live, on({ Live: '4' })),
    ).toMatchObject({ template: { Outputs: { Number: { Value: '4' } } } });
  },
);

it('does not take a value of Fn::Sub for a version of the same name', () => {
  const sub = { 'Fn::Sub': ['${Old} and ${Old.Version}', { Old: 'x', 'Old.Version': 'y' }] };
  expect(restOf({ Outputs: { Text: { Value: sub } } }).Outputs).toEqual({ Text: { Value: sub } });
});

describe('for every template', () => {
  const ids = ['Fn1', 'Fn2', 'V1', 'V2', 'V3', 'A1', 'A2'];
  const id = fc.constantFrom(...ids);
  const reference = fc.oneof(
    id.map((one) => ({ Ref: one })),
    fc.tuple(id, fc.constantFrom('Version', 'Arn')).map((pair) => ({ 'Fn::GetAtt': pair })),
    fc.tuple(id, fc.constantFrom('Version', 'Arn')).map((pair) => ({ 'Fn::GetAtt': pair.join('.') })),
    id.map((one) => ({ 'Fn::Sub': `a \${${one}} b \${${one}.Version} c \${!${one}}` })),
    fc.tuple(id, id).map(([one, two]) => ({ 'Fn::Sub': [`\${${one}}\${X}`, { X: { Ref: two } }] })),
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.oneof(reference, fc.constantFrom<unknown>('V1', 'text', 7, true, null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('Name', 'Role', 'Fn::Join'), tie('value'), { maxKeys: 3 }),
    ),
  }));
  const other = fc.record(
    {
      Type: fc.constantFrom('AWS::Events::Rule', 'AWS::Lambda::Permission'),
      Properties: fc.dictionary(fc.constantFrom('Arn', 'Target'), value),
      DependsOn: fc.oneof(id, fc.array(id, { maxLength: 3 })),
    },
    { requiredKeys: ['Type'] },
  );
  const template = fc
    .record({ A1: id, A2: id, Rule: other, Outputs: fc.dictionary(fc.constantFrom('O1', 'O2'), value) })
    .map(({ A1, A2, Rule, Outputs }) => ({
      Resources: {
        Fn1: lambda,
        Fn2: lambda,
        V1: version('Fn1'),
        V2: version('Fn1'),
        V3: version('Fn2'),
        A1: alias(numberOf(A1), 'Fn1'),
        A2: alias(numberOf(A2), 'Fn2'),
        Rule,
      } as StackTemplate['Resources'],
      Outputs,
    }));
  const liveOnes = fc.subarray(['V1', 'V2', 'V3']);
  const versions = fc.record({ A1: fc.constantFrom('4', undefined), A2: fc.constantFrom('9', undefined) });

  it('refers to no version that is left out, publishes none, and keeps all that refers to none', () => {
    fc.assert(
      fc.property(template, liveOnes, versions, (given, has, aliasOn) => {
        const live = [...has.map((one) => [one, version()]), ['Fn1', lambda], ['Fn2', lambda]];
        const stack = { Resources: Object.fromEntries(live) };
        const made = restTemplate(given, stack, (one) => aliasOn[one as 'A1']);
        const leftOut = ['V1', 'V2', 'V3'].filter((one) => !has.includes(one));
        if ('unresolved' in made) {
          expect(leftOut).toEqual(expect.arrayContaining([...made.unresolved]));
          expect(made.unresolved.length).toBeGreaterThan(0);
          return;
        }
        for (const one of leftOut) expect(refersTo(made.template, one)).toBe(false);
        expect(Object.keys(made.template.Resources)).toEqual(
          Object.keys(given.Resources).filter((one) => !leftOut.includes(one)),
        );
        for (const one of Object.keys(given.Resources)) {
          const isOurs = aliasOn[one as 'A1'] !== undefined;
          const resource = given.Resources[one] as TemplateResource;
          if (isOurs || leftOut.includes(one) || leftOut.some((gone) => refersTo(resource, gone))) continue;
          expect(withList(made.template.Resources[one])).toEqual(withList(resource));
        }
      }),
      { numRuns: 500 },
    );
  });

  /** `DependsOn` with one id equals a list of one, and an empty list equals none. */
  function withList(resource: TemplateResource | undefined) {
    const { DependsOn, ...rest } = resource ?? { Type: '' };
    const list = [DependsOn ?? []].flat();
    return { ...rest, ...(list.length > 0 && { DependsOn: list }) };
  }

  function refersTo(part: unknown, logicalId: string): boolean {
    if (Array.isArray(part)) return part.some((one) => refersTo(one, logicalId));
    if (typeof part !== 'object' || part === null) return false;
    const { Ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': sub, DependsOn } = part as Record<string, unknown>;
    const text = [sub].flat()[0];
    return (
      Ref === logicalId ||
      [getAtt].flat()[0]?.toString().split('.')[0] === logicalId ||
      (typeof text === 'string' && new RegExp(`\\$\\{${logicalId}[.}]`).test(text)) ||
      [DependsOn].flat().includes(logicalId) ||
      Object.values(part).some((one) => refersTo(one, logicalId))
    );
  }
});
