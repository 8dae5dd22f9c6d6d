import { Bench } from 'account-simulator/test/account/wire/wired.ts';
import type { HookAnswer, Hooks } from '../../shared/aws/hooks.ts';
import { LockLost, TargetTimedOut } from '../../shared/errors.ts';
import { askHook } from '../../shared/targets/hook/ask-hook.ts';
import type { HookEvent } from '../../shared/targets/hook/hook-event.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.clock.uninstall());

const renewLock = jest.fn(async () => {});
beforeEach(() => renewLock.mockReset().mockResolvedValue(undefined));

function ask(afterSeconds: number, timeoutSeconds: number, fails = false) {
  const answer = async (): Promise<HookAnswer> => {
    await bench.clock.sleep(afterSeconds * 1000);
    if (fails) throw new Error('connection lost');
    return { failure: undefined, message: undefined };
  };
  const hooks = { invoke: answer } as unknown as Hooks;
  return askHook({ hooks, function: 'RollbackHook_x', event: {} as HookEvent, timeoutSeconds, renewLock });
}

it('prolongs the lock every two minutes while it waits', async () => {
  await bench.settle(ask(700, 800));
  // Once before the wait, and at 120, 240, 360, 480 and 600 s.
  expect(renewLock).toHaveBeenCalledTimes(6);
});

it('gives up at the time-out, whatever the hook does later', async () => {
  const error = await bench.refusal(ask(700, 300, true));
  expect(error).toBeInstanceOf(TargetTimedOut);
  expect(error.message).toBe('RollbackHook_x did not return within 300 s; it may still be at work.');
  expect(bench.clock.elapsed()).toBe(300_000);
  await bench.settle(bench.clock.sleep(700_000));
});

it('stops waiting when the lock is lost meanwhile', async () => {
  renewLock.mockResolvedValueOnce(undefined).mockRejectedValueOnce(new LockLost('gone'));
  expect(await bench.refusal(ask(700, 800))).toBeInstanceOf(LockLost);
});

it('passes on the failure of the request itself', async () => {
  expect((await bench.refusal(ask(5, 300, true))).message).toBe('connection lost');
});
