import type { VirtualClock } from '../../clock/virtual-clock.ts';
import { AwsError } from '../service.ts';
import type { FunctionRunner } from './function-runner.ts';
import type { InvocationOutcome } from './invocation.ts';

/** Settings of a function's asynchronous invocations. */
export interface AsynchronousSettings {
  /** Retries after a failed invocation (0–2). */
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** Destination of the record of a discarded event. */
  readonly onFailureArn?: string;
  /** Destination of the discarded event itself. */
  readonly deadLetterArn?: string;
}

/** Sends a message to the queue or topic with an ARN. */
export type SendMessage = (arn: string, body: string, attributes: Readonly<Record<string, string>>) => void;

/** Lambda waits one minute before the second attempt and two before the third. */
const waitsMs = [60_000, 120_000];
/** After a throttle or a service fault, Lambda waits from one second up to five minutes. */
const firstBackoffMs = 1_000;
const longestBackoffMs = 300_000;

type GivenUp = 'RetriesExhausted' | 'EventAgeExceeded';

/**
 * Passes an event through Lambda's internal queue for asynchronous invocations: failed invocations are retried, throttled
 * ones until the event is too old, and a discarded event goes to the dead-letter queue and the on-failure destination.
 *
 * Source: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation" and "Capturing
 * records of Lambda asynchronous invocations".
 */
export async function carryEvent(
  payload: string,
  runner: FunctionRunner,
  settings: AsynchronousSettings,
  { clock, send }: { readonly clock: VirtualClock; readonly send: SendMessage },
): Promise<void> {
  const queuedAt = clock.now();
  const expiresAt = queuedAt + settings.maximumEventAgeSeconds * 1000;
  let attempts = 0;
  let failures = 0;
  let refusals = 0;
  for (;;) {
    attempts += 1;
    const outcome = await attempt(runner, payload);
    if (outcome !== 'refused' && !outcome.functionError) return;
    const wait = outcome === 'refused' ? backoffMs(refusals) : (waitsMs[failures] ?? 0);
    if (outcome === 'refused') refusals += 1;
    else failures += 1;
    if (failures > settings.maximumRetryAttempts) return giveUp('RetriesExhausted', outcome);
    if (clock.now() + wait > expiresAt) return giveUp('EventAgeExceeded', outcome);
    await clock.sleep(wait);
  }

  function giveUp(condition: GivenUp, outcome: InvocationOutcome | 'refused'): void {
    const response =
      outcome === 'refused' ? undefined : (JSON.parse(outcome.payload) as { errorMessage?: string });
    if (settings.deadLetterArn !== undefined) {
      send(settings.deadLetterArn, payload, {
        ErrorCode: response ? '200' : '429',
        ErrorMessage: response?.errorMessage ?? 'Rate Exceeded.',
      });
    }
    if (settings.onFailureArn === undefined) return;
    const record = {
      version: '1.0',
      timestamp: new Date(clock.now()).toISOString(),
      requestContext: {
        functionArn: `${runner.settings.arn}:$LATEST`,
        condition,
        approximateInvokeCount: attempts,
      },
      requestPayload: JSON.parse(payload) as unknown,
      ...(response && {
        responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
        responsePayload: response,
      }),
    };
    send(settings.onFailureArn, JSON.stringify(record), {});
  }
}

async function attempt(runner: FunctionRunner, payload: string): Promise<InvocationOutcome | 'refused'> {
  try {
    return await runner.invoke(payload);
  } catch (error) {
    if (error instanceof AwsError) return 'refused';
    throw error;
  }
}

function backoffMs(refusals: number): number {
  return Math.min(longestBackoffMs, firstBackoffMs * 2 ** refusals);
}
