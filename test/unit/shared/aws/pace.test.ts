import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { install } from '@sinonjs/fake-timers';
import { HttpResponse } from '@smithy/core/protocols';
import { mockClient } from 'aws-sdk-client-mock';
import { paced } from '../../../../shared/aws/pace.ts';

// An earlier file of this process may have left its mock: a new mock replaces it, and restores the client.
mockClient(SSMClient).restore();

let time: ReturnType<typeof install>;
const handle = jest.fn(async () => ({
  response: new HttpResponse({ statusCode: 200, headers: {}, body: Buffer.from('{}') }),
}));
const client = paced(
  new SSMClient({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'test' },
    requestHandler: { handle } as never,
  }),
  { perSecond: 2, operations: ['DescribeParameters'] },
);

beforeAll(async () => {
  // A client reads its configuration from files at its first call, in real time.
  await client.send(new GetParameterCommand({ Name: 'a' }));
  handle.mockClear();
});
beforeEach(() => {
  time = install({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => time.uninstall());

/** Lets time pass until all ready work is done: the SDK needs several turns of the event loop. */
async function pass(ms: number): Promise<void> {
  time.tick(ms);
  for (let turns = 0; turns < 100; turns += 1) await new Promise(setImmediate);
}

it('sends the operations that share a limit no faster than the limit, and no others later', async () => {
  const all = Promise.all([
    ...Array.from({ length: 5 }, () => client.send(new DescribeParametersCommand({}))),
    ...Array.from({ length: 4 }, () => client.send(new GetParameterCommand({ Name: 'a' }))),
  ]);
  await pass(0);
  await pass(999);
  expect(handle).toHaveBeenCalledTimes(2 + 4);
  await pass(1);
  expect(handle).toHaveBeenCalledTimes(4 + 4);
  await pass(1000);
  expect(handle).toHaveBeenCalledTimes(5 + 4);
  await all;
});
