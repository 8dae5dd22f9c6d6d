import { onLambda, type Runtime } from '../../../shared/runtime.ts';

it('builds a function once, at its first event', async () => {
  const build = jest.fn((_: Runtime) => async (event: number) => event + 1);
  const handler = onLambda(build);
  expect(build).not.toHaveBeenCalled();
  await expect(handler(1)).resolves.toBe(2);
  await expect(handler(2)).resolves.toBe(3);
  expect(build).toHaveBeenCalledTimes(1);
});

it("gives it the process's environment and clock, and clients their defaults", async () => {
  const build = jest.fn((_: Runtime) => async () => undefined);
  await onLambda(build)({});
  const runtime = build.mock.calls[0]?.[0];
  expect(runtime?.env).toBe(process.env);
  expect(runtime?.clientConfig).toEqual({});
  const now = jest.spyOn(Date, 'now').mockReturnValue(1_767_603_860_000);
  expect(runtime?.now()).toBe(1_767_603_860_000);
  now.mockRestore();
});

it('retries the build at the next event when it failed', async () => {
  const build = jest.fn().mockImplementationOnce(() => {
    throw new Error('no environment');
  });
  build.mockImplementation(() => async () => 'built');
  const handler = onLambda(build);
  await expect(handler({})).rejects.toThrow('no environment');
  await expect(handler({})).resolves.toBe('built');
});
