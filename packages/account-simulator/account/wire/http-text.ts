import { Readable } from 'node:stream';
import type { HttpRequest } from '@smithy/core/protocols';
import { AwsError } from '../service.ts';

/** A header's value by its name in any case. */
export function headerOf(request: HttpRequest, name: string): string | undefined {
  const direct = request.headers[name];
  if (direct !== undefined) return direct;
  for (const key in request.headers) if (key.toLowerCase() === name) return request.headers[key];
  return undefined;
}

/** The whole body of a request, given as text, bytes or a stream. */
export async function bodyBytes(request: HttpRequest): Promise<Uint8Array> {
  const body: unknown = request.body;
  if (body === undefined || body === null) return new Uint8Array();
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Readable) return readAll(body);
  throw new AwsError(
    'NotImplemented',
    'UnsupportedOperation: this kind of request body is not simulated',
    501,
  );
}

/** The body of a request as text. */
export async function bodyText(request: HttpRequest): Promise<string> {
  if (typeof request.body === 'string') return request.body;
  const bytes = await bodyBytes(request);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** A JSON codec's output as plain bytes: the codec's own type refuses to be read as text. */
export function plainBytes(written: unknown): Uint8Array {
  const { buffer, byteOffset, byteLength } = written as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function readAll(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}
