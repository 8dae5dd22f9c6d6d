import { aliasVersions } from '../../../../shared/stack/alias-versions.ts';
import type { StackTemplate } from '../../../../shared/stack/stack-template.ts';

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:shop-Api';

/** The version of an alias whose template has the value `version`. */
function versionOf(version: unknown, ids: Readonly<Record<string, string>> = { Live: `${arn}:live` }) {
  const template: StackTemplate = {
    Resources: {
      Api: { Type: 'AWS::Lambda::Function' },
      Live: { Type: 'AWS::Lambda::Alias', Properties: { Name: 'live', FunctionVersion: version } },
    },
  };
  return aliasVersions({
    template,
    physicalIds: new Map(Object.entries({ Api: 'shop-Api', ApiVersion5: `${arn}:5`, ...ids })),
    parameters: [
      { key: 'Pinned', value: '6' },
      { key: 'Secret', value: '****' },
    ],
  });
}

it.each<[string, unknown, string | undefined]>([
  ['a literal number', '4', '4'],
  ['a number that is none of text', 4, '4'],
  ['the attribute of a version', { 'Fn::GetAtt': ['ApiVersion5', 'Version'] }, '5'],
  ['the same in one text', { 'Fn::GetAtt': 'ApiVersion5.Version' }, '5'],
  ['a parameter', { Ref: 'Pinned' }, '6'],
  ['a parameter that is masked', { Ref: 'Secret' }, undefined],
  ['a parameter that is not there', { Ref: 'Other' }, undefined],
  ['a version that is not there', { 'Fn::GetAtt': ['ApiVersion9', 'Version'] }, undefined],
  ['another attribute', { 'Fn::GetAtt': ['ApiVersion5', 'Arn'] }, undefined],
  ['another function', { 'Fn::If': ['Prod', '4', '5'] }, undefined],
  ['nothing', undefined, undefined],
])('reads the version of an alias from %s', (_, version, expected) => {
  expect(versionOf(version)).toEqual([{ function: 'shop-Api', alias: 'live', version: expected }]);
});

it('leaves out an alias that the stack did not make', () => {
  expect(versionOf('4', {})).toEqual([]);
});
