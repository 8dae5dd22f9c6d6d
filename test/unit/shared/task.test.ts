import * as z from 'zod';
import { checkInput, describeProblems } from '../../../shared/check-input.ts';
import { InvalidInput, LockLost, TransientFailure } from '../../../shared/errors.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';

const input = z.strictObject({ service: z.string(), attempt: z.number().default(1) });
const failing = (error: unknown) =>
  task('Test', input, () => async () => {
    throw error;
  })(runtimeOf())({ service: 'orders' });
const sdkError = (name: string, more: object = {}) => Object.assign(new Error('because'), { name }, more);

describe('a task', () => {
  it('hands its rule the checked input, defaults filled in', async () => {
    const rule = jest.fn(async () => 'done');
    await expect(task('Test', input, () => rule)(runtimeOf())({ service: 'orders' })).resolves.toBe('done');
    expect(rule).toHaveBeenCalledWith({ service: 'orders', attempt: 1 });
  });

  it('is wired once for all its events', async () => {
    const wire = jest.fn(() => async () => undefined);
    const invoke = task('Test', input, wire)(runtimeOf());
    await invoke({ service: 'orders' });
    await invoke({ service: 'billing' });
    expect(wire).toHaveBeenCalledTimes(1);
  });

  it('refuses an invalid input before its rule runs', async () => {
    const rule = jest.fn();
    const attempt = task('Test', input, () => rule)(runtimeOf())({ attempt: 'first', colour: 'red' });
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(/service: .*; attempt: .*; colour: is not a known field/);
    expect(rule).not.toHaveBeenCalled();
  });
});

describe('an error that a retry may survive', () => {
  it.each([
    sdkError('ThrottlingException'),
    sdkError('Throttling'),
    sdkError('TooManyRequestsException'),
    sdkError('RequestLimitExceeded'),
    sdkError('ProvisionedThroughputExceededException'),
    sdkError('LimitExceededException'),
    sdkError('SlowDown'),
    sdkError('TooManyUpdates'),
    sdkError('TimeoutError'),
    sdkError('InternalServerError'),
    sdkError('InternalFailure'),
    sdkError('ServiceUnavailable'),
    sdkError('PriorRequestNotComplete'),
    sdkError('SomethingElse', { $metadata: { httpStatusCode: 500 } }),
    sdkError('SomethingElse', { $metadata: { httpStatusCode: 429 } }),
    sdkError('SomethingElse', { $retryable: { throttling: true } }),
    sdkError('Error', { code: 'ECONNRESET' }),
    sdkError('Error', { code: 'EAI_AGAIN' }),
  ])('is thrown as TransientFailure, with its cause: $name', async (error) => {
    const attempt = failing(error);
    await expect(attempt).rejects.toBeInstanceOf(TransientFailure);
    await expect(attempt).rejects.toMatchObject({ message: `${error.name}: because`, cause: error });
  });
});

describe('any other error', () => {
  it.each([
    new LockLost('gone'),
    sdkError('AccessDeniedException', { $metadata: { httpStatusCode: 403 } }),
    sdkError('ValidationError', { $metadata: { httpStatusCode: 400 } }),
    sdkError('Error', { code: 'ERR_ASSERTION' }),
    new TypeError('undefined is not a function'),
    'a thrown text',
  ])('passes as it is: %s', async (error) => {
    await expect(failing(error)).rejects.toBe(error);
  });
});

describe('the message for an invalid input', () => {
  const words = (schema: z.ZodType, value: unknown) => {
    const checked = checkInput(schema, value);
    return 'problems' in checked ? describeProblems(checked.problems) : undefined;
  };

  it('name the path of every problem', () => {
    const schema = z.object({ targets: z.array(z.object({ kind: z.literal('stack') })) });
    expect(words(schema, { targets: [{ kind: 'stack' }, { kind: 'queue' }] })).toMatch(/^targets\.1\.kind: /);
  });

  it('name unknown fields one by one, at their place', () => {
    const schema = z.strictObject({ policy: z.strictObject({}) });
    expect(words(schema, { policy: { bakes: 1, limit: 2 }, colour: 'red' })).toBe(
      'policy.bakes: is not a known field; policy.limit: is not a known field; colour: is not a known field',
    );
  });

  it('call the whole value input', () => {
    expect(words(z.string(), 7)).toMatch(/^input: /);
  });
});

describe('an environment variable', () => {
  it('is read from the runtime', () => {
    expect(requireEnv(runtimeOf(), 'BUCKET')).toBe('coordinator');
  });

  it.each([undefined, ''])('is refused by name when it is %j', (value) => {
    const read = () => requireEnv(runtimeOf(undefined, { BUCKET: value }), 'BUCKET');
    expect(read).toThrow(InvalidInput);
    expect(read).toThrow('Environment variable BUCKET is not set: the template has to set it.');
  });
});
