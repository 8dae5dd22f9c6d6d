import { AwsError } from '../service.ts';
import type { Protocol } from './topic.ts';

/** Largest message, in bytes of UTF-8 (Amazon SNS API Reference, "Publish"). */
const MAXIMUM_MESSAGE_BYTES = 262_144;
/** A subject is shorter than this, in characters. */
const SUBJECT_LIMIT = 100;

/** SNS's error for any invalid request. */
export function invalidParameter(detail: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid parameter: ${detail}`, 400);
}

/** Checks a message against the size limit. */
export function checkMessage(message: string | undefined): asserts message is string {
  if (message === undefined || message === '') throw invalidParameter('Empty message');
  if (Buffer.byteLength(message) > MAXIMUM_MESSAGE_BYTES) {
    throw invalidParameter('Message too long');
  }
}

/**
 * Checks a subject against the stricter of the two documented rules: ASCII that begins with a letter, number or punctuation
 * mark, no line breaks or control characters, fewer than 100 characters. The API reference has since allowed UTF-8, but
 * subjects outside ASCII do not reach every mail reader intact.
 */
export function checkSubject(subject: string): void {
  const printable = /^[!-~][ -~]*$/.test(subject);
  if (!printable || subject.length >= SUBJECT_LIMIT) throw invalidParameter('Subject');
}

/** Longest text message to a phone, in characters (SNS developer guide, "Publishing to a mobile phone"). */
export const MAXIMUM_SMS_CHARACTERS = 1600;

/** The text for a subscriber from a message with `MessageStructure: 'json'`. */
export function textFor(protocol: Protocol, message: string): string {
  let parts: unknown;
  try {
    parts = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const { default: fallback, [protocol]: own } = (parts ?? {}) as Record<string, unknown>;
  if (typeof fallback !== 'string') {
    throw invalidParameter('Message Structure - No default entry in JSON message body');
  }
  return typeof own === 'string' ? own : fallback;
}
