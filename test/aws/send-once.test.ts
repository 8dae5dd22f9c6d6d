import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsError } from 'account-simulator/account/service.ts';
import { TransportError } from 'account-simulator/account/wire/transport-error.ts';
import { Bench, CALLER } from 'account-simulator/test/account/wire/wired.ts';
import { once } from '../../shared/aws/send-once.ts';
import { TransientFailure } from '../../shared/errors.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.clock.uninstall());

/** A Parameter Store that fails its first write, and how often it was written. */
function failing(error: Error, afterTheEffect: boolean) {
  let written = 0;
  const wire = bench.wire({ ssm: { operations: { PutParameter: () => ({ Version: ++written }) } } });
  wire.use(async (call, next) => {
    if (call.callId > 1) return next();
    if (afterTheEffect) await next();
    throw error;
  });
  const client = new SSMClient(wire.clientConfig(CALLER));
  return { client, written: () => written };
}

const write = () => once(new PutParameterCommand({ Name: '/a', Value: 'b', Overwrite: true }));
const internalError = new AwsError('InternalServerError', 'An error occurred on the server side.', 500);

it.each<[string, Error, boolean]>([
  ['whose answer was lost', new TransportError('ECONNRESET'), true],
  ['that failed after its effect', internalError, true],
  ['that failed, who knows when', internalError, false],
])('does not send again a change %s', async (_, error, afterTheEffect) => {
  const { client, written } = failing(error, afterTheEffect);
  const refusal = await bench.refusal(client.send(write()));
  expect(refusal).toBeInstanceOf(TransientFailure);
  expect(refusal).toMatchObject({ message: expect.stringContaining(error.message) });
  expect(written()).toBe(afterTheEffect ? 1 : 0);
});

it('sends a throttled call again, which had no effect', async () => {
  const throttled = new AwsError('ThrottlingException', 'Rate exceeded', 400);
  const { client, written } = failing(throttled, false);
  await expect(bench.settle(client.send(write()))).resolves.toMatchObject({ Version: 1 });
  expect(written()).toBe(1);
});

it('passes on a final refusal', async () => {
  const denied = new AwsError('AccessDeniedException', 'not authorized', 400);
  const { client } = failing(denied, false);
  await expect(bench.refusal(client.send(write()))).resolves.toMatchObject({ name: 'AccessDeniedException' });
});
