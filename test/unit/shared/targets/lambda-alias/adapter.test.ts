import {
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  PreconditionFailedException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { Aliases } from '../../../../../shared/aws/aliases.ts';
import { LockLost, TargetSuperseded } from '../../../../../shared/errors.ts';
import { lambdaAliasTarget } from '../../../../../shared/targets/lambda-alias/adapter.ts';
import { alias } from '../../../fixtures/aws-answers.ts';
import { FUNCTION, lambdaAliasPlan, RELEASE } from '../../../fixtures/records.ts';
import { NOW } from '../../../fixtures/times.ts';

const lambda = mockClient(LambdaClient);
const target = lambdaAliasTarget(new Aliases(new LambdaClient({ region: 'eu-west-1' })));
const beforeChange = jest.fn(async () => {});
const context = { incidentId: RELEASE, attempt: 1, now: NOW, plannedAt: NOW, beforeChange };

beforeEach(() => {
  lambda.reset();
  lambda.on(GetFunctionConfigurationCommand).resolves({ CodeSha256: 'sha-of-6', State: 'Active' });
});

const updates = () => lambda.commandCalls(UpdateAliasCommand).map(({ args }) => args[0].input);

it.each([
  ['restored on the planned version', alias('4'), 'restored'],
  ['stranded on the bad one', alias('5'), 'stranded'],
  ['stranded with a share left on the bad one', alias('4', { '5': 0.1 }), 'stranded'],
])('reads as %s', async (_, state, standing) => {
  lambda.on(GetAliasCommand).resolves(state);
  await expect(target.read(lambdaAliasPlan(), context)).resolves.toMatchObject({ is: standing });
  expect(updates()).toEqual([]);
});

it('is pointed at the planned version, weights cleared, if nobody changed it since it was read', async () => {
  lambda.on(GetAliasCommand).resolves(alias('5', { '6': 0.5 }, 'rev-7'));
  lambda.on(UpdateAliasCommand).resolves({});
  await expect(target.start(lambdaAliasPlan(), context)).resolves.toEqual({
    is: 'moving',
    detail: 'alias pointed back from version 5 to 4',
    pointed: lambdaAliasPlan(),
  });
  expect(updates()).toEqual([
    {
      FunctionName: FUNCTION,
      Name: 'live',
      FunctionVersion: '4',
      RoutingConfig: { AdditionalVersionWeights: {} },
      RevisionId: 'rev-7',
    },
  ]);
});

it('is left alone, to be planned again, where a newer version was released since the plan', async () => {
  lambda.on(GetAliasCommand).resolves(alias('7'));
  const start = target.start(lambdaAliasPlan(), context);
  await expect(start).rejects.toBeInstanceOf(TargetSuperseded);
  await expect(start).rejects.toThrow(
    'on version 7, which somebody else released after the rollback was planned',
  );
  expect(updates()).toEqual([]);
});

it('is left alone when the incident loses the service just before', async () => {
  lambda.on(GetAliasCommand).resolves(alias('5'));
  beforeChange.mockRejectedValueOnce(new LockLost('gone'));
  await expect(target.start(lambdaAliasPlan(), context)).rejects.toBeInstanceOf(LockLost);
  expect(updates()).toEqual([]);
});

it('is left alone where it is right already', async () => {
  lambda.on(GetAliasCommand).resolves(alias('4'));
  await expect(target.start(lambdaAliasPlan(), context)).resolves.toEqual({
    is: 'restored',
    detail: `${FUNCTION}:live on version 4 already`,
  });
  expect(updates()).toEqual([]);
});

it('is stranded, to be looked at again, when somebody else changed it just then', async () => {
  lambda.on(GetAliasCommand).resolves(alias('5'));
  lambda
    .on(UpdateAliasCommand)
    .rejects(new PreconditionFailedException({ message: 'RevisionId', $metadata: { httpStatusCode: 412 } }));
  await expect(target.start(lambdaAliasPlan(), context)).resolves.toEqual({
    is: 'stranded',
    detail: `${FUNCTION}:live was changed by somebody else just now`,
  });
});

it('is changed once when it is started twice', async () => {
  let state = alias('5');
  lambda.on(GetAliasCommand).callsFake(() => state);
  lambda.on(UpdateAliasCommand).callsFake(({ FunctionVersion }) => {
    state = alias(FunctionVersion, {}, 'rev-2');
    return {};
  });
  await target.start(lambdaAliasPlan(), context);
  await expect(target.start(lambdaAliasPlan(), context)).resolves.toMatchObject({ is: 'restored' });
  expect(updates()).toHaveLength(1);
});
