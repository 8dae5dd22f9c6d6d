import { originOf } from '../../../../shared/stack/release-origin.ts';

const tagged = (tags: Record<string, string>, metadata?: unknown) =>
  originOf(
    Object.entries(tags).map(([key, value]) => ({ key, value })),
    metadata,
  ).map(({ name, value }) => `${name}: ${value}`);

it.each<[string, string]>([
  ['commit', 'commit'],
  ['git:commit', 'commit'],
  ['GitCommitSha', 'commit'],
  ['GITHUB_SHA', 'commit'],
  ['ci/revision', 'commit'],
  ['deployed-by', 'by'],
  ['DeployedBy', 'by'],
  ['CommittedBy', 'by'],
  ['GITHUB_ACTOR', 'by'],
  ['commit-author', 'by'],
  ['branch', 'branch'],
  ['GITHUB_REF', 'branch'],
  ['pipeline', 'pipeline'],
  ['CodePipelineExecution', 'pipeline'],
  ['CI_JOB_URL', 'pipeline'],
  ['build-number', 'pipeline'],
])('the tag %s gives the %s', (key, name) => {
  expect(tagged({ [key]: 'x' })).toEqual([`${name}: x`]);
});

it.each([
  'team',
  'owner',
  'Stage',
  'aws:cloudformation:stack-name',
  'aws:commit',
  'build-token',
  'pipelineKey',
])('the tag %s gives no origin', (key) => {
  expect(tagged({ [key]: 'x' })).toEqual([]);
});

it('names the person first, and all values of one kind once', () => {
  const tags = { commit: '3f2c91a', pipeline: 'orders/12', 'commit-message': 'Retry', author: 'deploy-bot' };
  expect(tagged(tags, { Commit: '3f2c91a' })).toEqual([
    'by: deploy-bot',
    'commit: 3f2c91a, Retry',
    'pipeline: orders/12',
  ]);
});

it('reads the metadata of the template, two levels of it', () => {
  expect(
    tagged({}, { Build: { Commit: '3f2c91a', Number: 12 }, Deeper: { Still: { Commit: 'x' } } }),
  ).toEqual(['commit: 3f2c91a', 'pipeline: 12']);
  expect(tagged({}, { BuildNumber: 12 })).toEqual(['pipeline: 12']);
  expect(tagged({}, { 'AWS::ServerlessRepo::Application': { Author: 'the publisher' } })).toEqual([]);
});

it.each([undefined, null, 'text', ['commit']])('reads nothing of the metadata %j', (metadata) => {
  expect(tagged({}, metadata)).toEqual([]);
});

it('cuts a long text', () => {
  expect(tagged({ commit: 'x'.repeat(101) })).toEqual([`commit: ${'x'.repeat(100)}…`]);
});
