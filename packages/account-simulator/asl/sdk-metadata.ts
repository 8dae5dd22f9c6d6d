/** Metadata that an optimised integration adds to the answer of a call; it counts towards the size of the payload. */
export interface SdkMetadata {
  readonly SdkHttpMetadata: {
    readonly AllHttpHeaders: Readonly<Record<string, readonly string[]>>;
    readonly HttpHeaders: Readonly<Record<string, string>>;
    readonly HttpStatusCode: number;
  };
  readonly SdkResponseMetadata: { readonly RequestId: string };
}

/** The metadata of a call that was answered with `bytes` bytes at `time` (ms since the epoch), as recorded on AWS. */
export function sdkMetadata(answer: {
  readonly requestId: string;
  readonly bytes: number;
  readonly time: number;
  readonly contentType: string;
}): SdkMetadata {
  const HttpHeaders = {
    connection: 'keep-alive',
    'Content-Length': String(answer.bytes),
    'Content-Type': answer.contentType,
    Date: new Date(answer.time).toUTCString(),
    'x-amzn-RequestId': answer.requestId,
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(Object.entries(HttpHeaders).map(([name, value]) => [name, [value]])),
      HttpHeaders,
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: answer.requestId },
  };
}
