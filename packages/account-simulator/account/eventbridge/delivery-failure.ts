import { AwsError } from '../service.ts';

/**
 * The reason why a target did not accept an event, in the words of a dead-letter queue's `ERROR_CODE` (EventBridge User
 * Guide, "Using dead-letter queues to process undelivered events").
 */
export class DeliveryFailure extends Error {
  override readonly name = 'DeliveryFailure';
  /** For example `ERROR_FROM_TARGET`, `NO_PERMISSIONS`, `NO_RESOURCE`, `THROTTLING`. */
  readonly code: string;
  /** False: a retry cannot help, and the event goes to the dead-letter queue at once. */
  readonly retry: boolean;

  constructor(code: string, message: string, options: { retry: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
  }
}

/**
 * The delivery failure for a target's error. Missing permissions and missing targets are not retried; AWS does not document
 * which errors of which API count as such, so they are recognised by name.
 */
export function toDeliveryFailure(error: unknown): DeliveryFailure {
  if (error instanceof DeliveryFailure) return error;
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const failure = (code: string, retry: boolean) =>
    new DeliveryFailure(code, message, { retry, cause: error });
  if (!(error instanceof AwsError)) return failure('ERROR_FROM_TARGET', true);
  if (/^AccessDenied|^NotAuthorized|^Unauthorized/.test(name)) return failure('NO_PERMISSIONS', false);
  if (/DoesNotExist|NotFound|NonExistent/.test(name)) return failure('NO_RESOURCE', false);
  if (/Throttl|TooManyRequests|RateExceeded/.test(name)) return failure('THROTTLING', true);
  if (error.statusCode >= 500) return failure('INTERNAL_ERROR', true);
  return failure('ERROR_FROM_TARGET', true);
}
