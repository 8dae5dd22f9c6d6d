import { refusing } from '../../../account/cloudformation/cloudformation-errors.ts';
import { expandSam } from '../../../account/template/expand-sam.ts';
import { readTemplate } from '../../../account/template/template.ts';

const SAM = { Transform: 'AWS::Serverless-2016-10-31' };

function expand(properties: object, globals?: object) {
  const template = readTemplate(
    JSON.stringify({
      ...SAM,
      ...(globals && { Globals: { Function: globals } }),
      Resources: {
        Fn: { Type: 'AWS::Serverless::Function', Properties: { CodeUri: 's3://b/k', ...properties } },
      },
    }),
    refusing,
  );
  return expandSam(template, template.Resources, refusing);
}

const versionOf = (properties: object) =>
  Object.keys(expand({ AutoPublishAlias: 'live', ...properties })).find((id) => id.startsWith('FnVersion'));

describe('expandSam', () => {
  it('names the resources of a function as SAM does', () => {
    const resources = expand({
      AutoPublishAlias: 'live',
      DeploymentPreference: {
        Type: 'Linear10PercentEvery1Minute',
        Alarms: [{ Ref: 'Alarm' }],
        Hooks: { PreTraffic: { Ref: 'Pre' }, PostTraffic: { Ref: 'Post' } },
      },
    });
    expect(Object.keys(resources).toSorted()).toEqual([
      'CodeDeployServiceRole',
      'Fn',
      'FnAliaslive',
      'FnDeploymentGroup',
      'FnRole',
      expect.stringMatching(/^FnVersion[0-9a-f]{10}$/),
      'ServerlessDeploymentApplication',
    ]);
    expect(resources.FnDeploymentGroup?.Properties).toMatchObject({
      DeploymentConfigName: 'CodeDeployDefault.LambdaLinear10PercentEvery1Minute',
      AlarmConfiguration: { Enabled: true, Alarms: [{ Name: { Ref: 'Alarm' } }] },
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
      },
    });
    expect(resources.FnAliaslive?.UpdatePolicy).toEqual({
      CodeDeployLambdaAliasUpdate: {
        ApplicationName: { Ref: 'ServerlessDeploymentApplication' },
        DeploymentGroupName: { Ref: 'FnDeploymentGroup' },
        BeforeAllowTrafficHook: { Ref: 'Pre' },
        AfterAllowTrafficHook: { Ref: 'Post' },
      },
    });
  });

  it('makes no CodeDeploy resources when the preference is disabled', () => {
    const resources = expand({
      AutoPublishAlias: 'live',
      DeploymentPreference: { Enabled: false, Type: 'AllAtOnce' },
    });
    expect(resources.ServerlessDeploymentApplication).toBeUndefined();
    expect(resources.FnAliaslive?.UpdatePolicy).toBeUndefined();
  });

  it('accepts a custom configuration by its name, and a custom role', () => {
    const resources = expand({
      AutoPublishAlias: 'live',
      DeploymentPreference: { Type: 'MyCanary', Role: 'arn:role' },
    });
    expect(resources.FnDeploymentGroup?.Properties).toMatchObject({
      DeploymentConfigName: 'MyCanary',
      ServiceRoleArn: 'arn:role',
    });
    expect(resources.CodeDeployServiceRole).toBeUndefined();
  });

  it.each([
    ['CodeUri', { CodeUri: 's3://b/other' }],
    ['Environment', { Environment: { Variables: { A: '1' } } }],
    ['MemorySize', { MemorySize: 1024 }],
    ['SnapStart', { SnapStart: { ApplyOn: 'PublishedVersions' } }],
  ])('renames the version when %s changes', (_, change) => {
    expect(versionOf(change)).not.toBe(versionOf({}));
  });

  it('renames it for any property only with AutoPublishAliasAllProperties', () => {
    const all = { AutoPublishAliasAllProperties: true };
    expect(versionOf({ Timeout: 9 })).toBe(versionOf({}));
    expect(versionOf({ ...all, Timeout: 9 })).not.toBe(versionOf(all));
  });

  it('merges Globals member by member, the function winning', () => {
    const { Fn } = expand(
      { Environment: { Variables: { A: 'own' } }, Layers: ['two'], Timeout: 9 },
      {
        Environment: { Variables: { A: 'global', B: 'global' } },
        Layers: ['one'],
        Timeout: 3,
        MemorySize: 512,
      },
    );
    expect(Fn?.Properties).toMatchObject({
      Environment: { Variables: { A: 'own', B: 'global' } },
      Layers: ['one', 'two'],
      Timeout: 9,
      MemorySize: 512,
    });
  });

  // SAM specification, "Globals section"; `plugins/globals/globals.py`: functions are handled like plain values.
  it.each([
    ['text', 'own'],
    ['a Ref', { Ref: 'AWS::StackName' }],
    ['another function', { 'Fn::Join': ['', ['a']] }],
  ])('replaces a Description of Globals by %s of the function’s own', (_, Description) => {
    for (const global of ['global', { 'Fn::Sub': 'a' }]) {
      expect(expand({ Description }, { Description: global }).Fn?.Properties).toMatchObject({ Description });
    }
  });

  it('refuses a property that Globals cannot set', () => {
    expect(() => expand({}, { FunctionName: 'a' })).toThrow(
      "'FunctionName' is not a supported property of 'Function'",
    );
  });

  it('refuses a preference without an alias, or without a type', () => {
    expect(() => expand({ DeploymentPreference: { Type: 'AllAtOnce' } })).toThrow(
      'requires AutoPublishAlias',
    );
    expect(() => expand({ AutoPublishAlias: 'live', DeploymentPreference: { Enabled: true } })).toThrow(
      'requires a Type',
    );
  });

  it('refuses serverless resources without the transform', () => {
    const template = readTemplate(
      JSON.stringify({ Resources: { Fn: { Type: 'AWS::Serverless::Function' } } }),
      refusing,
    );
    expect(() => expandSam(template, template.Resources, refusing)).toThrow('Unrecognized resource types');
  });
});
