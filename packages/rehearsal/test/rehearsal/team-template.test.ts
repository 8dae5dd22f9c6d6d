import { parseScenario } from '../../scenario/scenario-file.ts';
import { packageTemplate, readTeamTemplate } from '../../scenario/team-template.ts';

const template = `
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: { Type: String }
Globals:
  Function: { Runtime: nodejs24.x, Handler: index.handler, AutoPublishAlias: live }
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      DeploymentPreference: { Type: AllAtOnce, Hooks: { PreTraffic: !Ref Check } }
      Environment: { Variables: { STAGE: !Ref Stage } }
  Check: { Type: AWS::Serverless::Function, Properties: { CodeUri: check/ } }
  Inline: { Type: AWS::Serverless::Function, Properties: { InlineCode: 'exports.handler = () => {}' } }
  Image: { Type: AWS::Serverless::Function, Properties: { PackageType: Image } }
  Plain:
    Type: AWS::Lambda::Function
    Properties: { Code: plain/, Handler: index.handler, Runtime: nodejs24.x, Role: !Sub 'arn:aws:iam::1:role/r' }
`;
const later = template.replaceAll('Check', 'Probe');

function problemsOf(text: string, templates: Readonly<Record<string, string>> = { one: template }): string {
  const services = 'services: [{ version: 1, service: cart, stack: shop-cart }]';
  try {
    parseScenario(`title: A test\n${services}\n${text}\nexpect: { incidents: [] }`, {
      file: 'my.yaml',
      readCatalog: () => [],
      findTemplate: (name) => {
        const found = templates[name];
        if (found === undefined) throw new Error(`there is no ${name}`);
        return found;
      },
    });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

const stacks = 'stacks: [{ service: cart, template: one, parameters: { Stage: prod } }]';

it("packages a template as sam does, with each function's code of its release", () => {
  const problems = { add: (path: string, reason: string) => fail(`${path}: ${reason}`) };
  const read = readTeamTemplate('one', template, problems);
  expect(read.functions).toEqual(['Api', 'Check', 'Inline', 'Image', 'Plain']);
  expect(read.released).toEqual(['Api', 'Image', 'Plain']);
  const { Resources } = JSON.parse(packageTemplate(read, 'cart', (id) => (id === 'Api' ? 2 : 0)));
  expect(Resources.Api.Properties.CodeUri).toBe('s3://deployment-artifacts/cart/Api/release-2.zip');
  expect(Resources.Check.Properties.CodeUri).toBe('s3://deployment-artifacts/cart/Check/release-0.zip');
  expect(Resources.Inline.Properties).toEqual({ InlineCode: 'exports.handler = () => {}' });
  expect(Resources.Image.Properties.ImageUri).toMatch(/deployment-artifacts\/cart\/Image:release-0$/);
  expect(Resources.Plain.Properties.Code).toEqual({
    S3Bucket: 'deployment-artifacts',
    S3Key: 'cart/Plain/release-0.zip',
  });
});

it('needs no targets where a service has a template, and takes other templates with releases', () => {
  const releases = `releases:
    - { service: cart, at: 1m, hooks: { functions: { Check: { result: Failed } } } }
    - { service: cart, at: 2m, template: two, hooks: { functions: { Probe: { result: Failed } } } }
    - { service: cart, at: 3m, functions: [], stackParameters: { Stage: dev } }`;
  expect(problemsOf(`${stacks}\n${releases}`, { one: template, two: later })).toBe('');
});

it.each([
  [
    'a template that is not there',
    'stacks: [{ service: cart, template: other }]',
    'stacks.0.template: there is no other',
  ],
  ['no parameter', 'stacks: [{ service: cart, template: one }]', 'Parameters: [Stage] must have values'],
  ['a service that is not there', 'stacks: [{ service: cat, template: one }]', 'did you mean "cart"?'],
  [
    'a stack of nobody',
    'stacks: [{ service: cart, stack: shop-cat, template: one, parameters: { Stage: prod } }]',
    'stacks.0.stack: "shop-cat" is not a stack of cart',
  ],
  [
    'a parameter that the template does not have',
    `${stacks}\nreleases: [{ service: cart, at: 1m, stackParameters: { Stag: dev } }]`,
    'releases.0.template: one: Parameters: Parameters: [Stag] do not exist in the template',
  ],
  [
    'a configuration that the template says',
    `${stacks}\nreleases: [{ service: cart, at: 1m, config: AllAtOnce }]`,
    'releases.0.config: cart has a template of its own, which says so itself',
  ],
  [
    'a hook that the template does not have',
    `${stacks}\nreleases: [{ service: cart, at: 1m, hooks: { functions: { Chek: { result: Failed } } } }]`,
    'releases.0.hooks.functions.Chek: "Chek" is not a function of the template; did you mean "Check"?',
  ],
  [
    'new code for a function whose code is in the template',
    `${stacks}\nreleases: [{ service: cart, at: 1m, functions: [Inline] }]`,
    'releases.0.functions.0: the code of Inline is in its template',
  ],
])('refuses %s', (_, text, reason) => {
  expect(problemsOf(text)).toContain(reason);
});

it.each([
  ['not a template', 'services: [', 'Template format error'],
  ['an unknown type', 'Resources: { A: { Type: AWS::Serverless::Widget } }', 'AWS::Serverless::Widget'],
  ['nothing', '', 'Template format error: unsupported structure.'],
  [
    'a parameter of Parameter Store that nobody lists',
    `Parameters:\n  P: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /a }\nResources: { T: { Type: AWS::SNS::Topic } }`,
    'list it under "parameters"',
  ],
])('names the template that is %s', (_, text, reason) => {
  const found = problemsOf('stacks: [{ service: cart, template: one }]', { one: text });
  expect(found).toContain('my.yaml: stacks.0.template: one: ');
  expect(found).toContain(reason);
});

it('refuses a template with a release of a service that had none before', () => {
  const services =
    'services: [{ version: 1, service: cart, stack: shop-cart, targets: [{ kind: codedeploy, function: Api }] }]';
  const text = `title: A test\n${services}\nreleases: [{ service: cart, at: 1m, template: one }]\nexpect: { incidents: [] }`;
  const source = { file: 'my.yaml', readCatalog: () => [], findTemplate: () => template };
  expect(() => parseScenario(text, source)).toThrow('needs a template under `stacks` from the beginning');
});
