import { DescribeParametersCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { HttpResponse } from '@smithy/core/protocols';
import { paced } from '../../../../shared/aws/pace.ts';

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

beforeEach(() => {
  jest.useFakeTimers();
  handle.mockClear();
});
afterEach(() => {
  jest.useRealTimers();
});

it('sends the operations that share a limit no faster than it says, and no others later', async () => {
  const all = Promise.all([
    ...Array.from({ length: 5 }, () => client.send(new DescribeParametersCommand({}))),
    ...Array.from({ length: 4 }, () => client.send(new GetParameterCommand({ Name: 'a' }))),
  ]);
  await jest.advanceTimersByTimeAsync(999);
  expect(handle).toHaveBeenCalledTimes(2 + 4);
  await jest.advanceTimersByTimeAsync(1);
  expect(handle).toHaveBeenCalledTimes(4 + 4);
  await jest.advanceTimersByTimeAsync(1000);
  expect(handle).toHaveBeenCalledTimes(5 + 4);
  await all;
});
