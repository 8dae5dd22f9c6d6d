import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
  ResourceConflictException,
  ResourceNotFoundException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../shared/aws/aliases.ts';
import { alias, notProvisioned } from '../../fixtures/aws-answers.ts';
import { FUNCTION } from '../../fixtures/records.ts';
import { throttled } from '../../fixtures/sdk-errors.ts';

const lambda = mockClient(LambdaClient);
const aliases = new Aliases(new LambdaClient({ region: 'eu-west-1' }));
beforeEach(() => lambda.reset());

it('reads the target of an alias', async () => {
  lambda.on(GetAliasCommand).resolves(alias('4', { '5': 0.1 }, 'rev-7'));
  await expect(aliases.get(FUNCTION, 'live')).resolves.toEqual({
    version: '4',
    weights: { '5': 0.1 },
    revisionId: 'rev-7',
  });
});

it('has no weights where all traffic goes to one version', async () => {
  lambda.on(GetAliasCommand).resolves(alias('4'));
  await expect(aliases.get(FUNCTION, 'live')).resolves.toMatchObject({ weights: {} });
});

describe('provisioned concurrency', () => {
  const provisioned = () => aliases.provisioned(FUNCTION, 'live');

  it('is the requested number, however much is allocated already', async () => {
    lambda
      .on(GetProvisionedConcurrencyConfigCommand, { FunctionName: FUNCTION, Qualifier: 'live' })
      .resolves({
        RequestedProvisionedConcurrentExecutions: 5,
        AvailableProvisionedConcurrentExecutions: 1,
        Status: 'IN_PROGRESS',
      });
    await expect(provisioned()).resolves.toBe(5);
  });

  it.each([
    ['that never had any', notProvisioned()],
    ['that is gone', new ResourceNotFoundException({ message: 'not found', $metadata: {} })],
  ])('is absent for an alias %s', async (_, error) => {
    lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(error);
    await expect(provisioned()).resolves.toBe(0);
  });

  it('is unknown where Lambda does not answer', async () => {
    lambda.on(GetProvisionedConcurrencyConfigCommand).rejects(throttled());
    await expect(provisioned()).rejects.toThrow('Rate exceeded');
  });
});

describe('the code of a version', () => {
  const codeOf = () => aliases.codeOf(FUNCTION, '4');

  it('is its digest', async () => {
    lambda
      .on(GetFunctionConfigurationCommand, { FunctionName: FUNCTION, Qualifier: '4' })
      .resolves({ CodeSha256: 'sha-of-4', State: 'Active' });
    await expect(codeOf()).resolves.toBe('sha-of-4');
  });

  it.each(['Failed', 'Inactive'] as const)('is deleted from a version that is %s', async (State) => {
    lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-4', State });
    await expect(codeOf()).resolves.toBeUndefined();
  });

  it('is missing for a version that does not exist', async () => {
    lambda
      .on(GetFunctionConfigurationCommand)
      .rejects(new ResourceNotFoundException({ message: 'not found', $metadata: {} }));
    await expect(codeOf()).resolves.toBeUndefined();
  });

  it('is not called missing where Lambda could not answer', async () => {
    const conflict = new ResourceConflictException({ message: 'busy', $metadata: {} });
    lambda.on(GetFunctionConfigurationCommand).rejects(conflict);
    await expect(codeOf()).rejects.toBe(conflict);
  });
});

it("passes on Lambda's refusals of an update, except for the revision", async () => {
  const conflict = new ResourceConflictException({ message: 'busy', $metadata: {} });
  lambda.on(UpdateAliasCommand).rejects(conflict);
  await expect(aliases.point(FUNCTION, 'live', '4', 'rev-1')).rejects.toBe(conflict);
});
