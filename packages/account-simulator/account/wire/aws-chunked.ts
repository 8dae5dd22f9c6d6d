import { AwsError } from '../service.ts';

/** The content of a body in `aws-chunked` encoding. */
export interface ChunkedBody {
  readonly body: Uint8Array;
  /** Headers that follow the body: its checksum. */
  readonly trailers: Readonly<Record<string, string>>;
}

const LINE_END = '\r\n';

/**
 * Decodes a body of chunks, each preceded by its length in hexadecimal, that ends in trailing headers. SDK clients send
 * streams in this form.
 *
 * Source: Amazon S3 API Reference, "Signature calculations: transferring payload in multiple chunks".
 */
export function readChunks(encoded: Uint8Array): ChunkedBody {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  const chunks: Buffer[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = bytes.indexOf(LINE_END, position);
    const length = Number.parseInt(bytes.toString('latin1', position, lineEnd), 16);
    if (lineEnd < 0 || Number.isNaN(length) || lineEnd + 2 + length > bytes.length) {
      throw new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400);
    }
    position = lineEnd + LINE_END.length;
    if (length === 0) break;
    chunks.push(bytes.subarray(position, position + length));
    position += length + LINE_END.length;
  }
  const lines = bytes.toString('latin1', position).split(LINE_END).filter(Boolean);
  const trailers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { body: Buffer.concat(chunks), trailers: Object.fromEntries(trailers) };
}
