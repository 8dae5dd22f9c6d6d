import { GetAliasCommand, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { TargetNotRestored, TargetSuperseded } from '../../../../../shared/errors.ts';
import { describeAlias, servesGoal, verifyAlias } from '../../../../../shared/targets/alias/alias-check.ts';
import { alias } from '../../../fixtures/aws-answers.ts';
import { FUNCTION, lambdaAliasPlan } from '../../../fixtures/records.ts';

const lambda = mockClient(LambdaClient);
const aliases = new Aliases(new LambdaClient({ region: 'eu-west-1' }));
/** From version 5 back to version 4, whose code is `sha-of-4`. */
const goal = lambdaAliasPlan();

beforeEach(() => lambda.reset());

describe('an alias serves the planned code alone', () => {
  it.each<[string, string, Record<string, number>, string, boolean]>([
    // version, weights, digest of the version's code
    ['on the planned version', '4', {}, 'sha-of-4', true],
    ['on the planned version with a share elsewhere', '4', { '5': 0.1 }, 'sha-of-4', false],
    ['on the bad version', '5', {}, 'sha-of-5', false],
    ['on the bad version, which differs in its configuration alone', '5', {}, 'sha-of-4', false],
    ['on a newer number with the planned code', '6', {}, 'sha-of-4', true],
    ['on a newer number with other code', '6', {}, 'sha-of-6', false],
    ['on a newer number with the planned code and a share elsewhere', '6', { '5': 0.5 }, 'sha-of-4', false],
    ['on an older number with the planned code', '3', {}, 'sha-of-4', false],
    ['on a newer number of more digits', '10', {}, 'sha-of-4', true],
  ])('%s', async (_, version, weights, codeSha256, serves) => {
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: codeSha256, State: 'Active' });
    await expect(servesGoal(aliases, goal, { version, weights, revisionId: 'r' })).resolves.toBe(serves);
  });

  it('but not on a version that cannot serve', async () => {
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State: 'Failed' });
    await expect(servesGoal(aliases, goal, { version: '6', weights: {}, revisionId: 'r' })).resolves.toBe(
      false,
    );
  });
});

it('is described with all its shares', () => {
  expect(describeAlias(goal, { version: '4', weights: { '5': 0.1 }, revisionId: 'r' })).toBe(
    `${FUNCTION}:live on version 4, 10 % to 5`,
  );
});

it('is verified by reading it once more', async () => {
  lambda.on(GetAliasCommand, { FunctionName: FUNCTION, Name: 'live' }).resolves(alias('4'));
  await expect(verifyAlias(aliases, goal)).resolves.toBe(`${FUNCTION}:live on version 4`);
});

it('throws TargetSuperseded where another release replaced it', async () => {
  lambda.on(GetAliasCommand).resolves(alias('6'));
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-6', State: 'Active' });
  await expect(verifyAlias(aliases, goal)).rejects.toBeInstanceOf(TargetSuperseded);
  await expect(verifyAlias(aliases, goal)).rejects.toThrow('on version 6, which somebody else released');
});

it('throws TargetNotRestored where it differs from the plan', async () => {
  lambda.on(GetAliasCommand).resolves(alias('5'));
  await expect(verifyAlias(aliases, goal)).rejects.toBeInstanceOf(TargetNotRestored);
  await expect(verifyAlias(aliases, goal)).rejects.toThrow('on version 5, expected version 4 alone.');
});
