import type { HookAnswer, Hooks } from '../../aws/hooks.ts';
import { TargetNotRestored, TargetTimedOut } from '../../errors.ts';
import type { HookEvent } from './hook-event.ts';

/** Well below the lease of a lock, ten minutes, so that the lock outlasts a hook of any length. */
const renewEveryMs = 120_000;

/** Request to a hook. */
export interface HookRequest {
  readonly hooks: Hooks;
  readonly function: string;
  readonly event: HookEvent;
  readonly timeoutSeconds: number;
  /** The hook accepts the request and answers later, by its task token. */
  readonly onlyTakesOn?: boolean;
  /** Called before the hook is invoked, and every two minutes during the wait. */
  renewLock(): Promise<void>;
}

/**
 * Invokes a hook and waits until it returns.
 *
 * @returns its result, in words
 * @throws TargetNotRestored when it failed, TargetTimedOut when it did not return in time, LockLost when somebody else holds
 *   the service meanwhile
 */
export async function askHook({
  hooks,
  function: name,
  event,
  timeoutSeconds,
  onlyTakesOn = false,
  renewLock,
}: HookRequest): Promise<string> {
  await renewLock();
  const answer = hooks.invoke(name, event, { onlyTakesOn });
  for (let leftMs = timeoutSeconds * 1000; leftMs > 0; leftMs -= renewEveryMs) {
    const settled = await within(answer, Math.min(leftMs, renewEveryMs));
    if (settled) return describe(name, settled);
    await renewLock();
  }
  throw new TargetTimedOut(`${name} did not return within ${timeoutSeconds} s; it may still be at work.`);
}

/** The result of `work`, or undefined if it takes longer. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    // Abandoned work may still fail, with nothing to handle its error.
    work.catch(() => {});
  }
}

function describe(name: string, { failure, message }: HookAnswer): string {
  if (failure !== undefined) throw new TargetNotRestored(`${name} failed: ${failure}`);
  return `${name} did its part${message === undefined ? '' : `: ${message}`}`;
}
