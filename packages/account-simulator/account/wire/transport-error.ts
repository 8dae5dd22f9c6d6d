/** Network failures as Node.js reports them; SDK clients treat each of these as transient and retry it. */
export type TransportErrorCode = 'ECONNRESET' | 'ECONNREFUSED' | 'EPIPE' | 'ETIMEDOUT' | 'ENOTFOUND';

/**
 * The call failed below HTTP: the caller gets no response and cannot know whether the call took effect.
 *
 * Thrown by interceptors of the {@link Wire} that lose requests or responses. SDK clients see it as a network failure and
 * retry it as they would a real one (`TimeoutError` is the SDK's name for a socket time-out).
 */
export class TransportError extends Error {
  override readonly name: string;
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message = `${code}: the connection failed`) {
    super(message);
    this.name = code === 'ETIMEDOUT' ? 'TimeoutError' : 'Error';
    this.code = code;
  }
}
