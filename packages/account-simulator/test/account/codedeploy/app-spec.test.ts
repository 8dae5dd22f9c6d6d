import {
  parseAppSpec,
  readRevision,
  renderAppSpec,
  revisionOf,
} from '../../../account/codedeploy/app-spec.ts';

const SPEC = {
  functionName: 'orders',
  alias: 'live',
  currentVersion: '1',
  targetVersion: '2',
  beforeAllowTraffic: 'CodeDeployHook_pre',
};

describe('parseAppSpec', () => {
  it('reads the output of renderAppSpec', () => {
    expect(parseAppSpec(renderAppSpec(SPEC))).toEqual(SPEC);
  });

  it('reads YAML with the sections in lower case, as the user guide has it', () => {
    const yaml = `
version: 0.0
resources:
  - myFunction:
      type: AWS::Lambda::Function
      properties:
        name: "orders"
        alias: "live"
        currentversion: 1
        targetversion: 2
hooks:
  - BeforeAllowTraffic: "CodeDeployHook_pre"
`;
    expect(parseAppSpec(yaml)).toEqual(SPEC);
  });

  it.each([
    ['no JSON', '{'],
    ['no resources', '{"version":0.0}'],
    ['no target version', renderAppSpec(SPEC).replace('TargetVersion', 'Target')],
    ['two resources', '{"Resources":[{"a":{"Properties":{}}},{"b":{"Properties":{}}}]}'],
  ])('refuses %s', (_, content) => {
    expect(() => parseAppSpec(content)).toThrow(
      expect.objectContaining({ name: 'InvalidRevisionException' }),
    );
  });
});

describe('readRevision', () => {
  const content = renderAppSpec(SPEC);
  const { sha256 } = revisionOf(content);

  it.each([
    [{ revisionType: 'AppSpecContent' as const, appSpecContent: { content, sha256 } }, 'AppSpecContent'],
    [{ revisionType: 'String' as const, string: { content } }, 'String'],
  ])('takes %j', (location, type) => {
    expect(readRevision(location)).toEqual({ type, content, sha256 });
  });

  it.each([
    ['nothing', undefined, 'RevisionRequiredException'],
    ['S3', { revisionType: 'S3' as const }, 'InvalidRevisionException'],
    [
      'a wrong SHA-256',
      { revisionType: 'String' as const, string: { content, sha256: 'x' } },
      'InvalidRevisionException',
    ],
  ])('refuses %s', (_, location, name) => {
    expect(() => readRevision(location)).toThrow(expect.objectContaining({ name }));
  });
});
