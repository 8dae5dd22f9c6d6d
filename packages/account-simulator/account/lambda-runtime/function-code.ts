/** The environment that a function's code receives. */
export interface FunctionRuntime {
  /** Environment variables of the function. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Pass this to every SDK client that the function makes: it sends the requests into the simulated account. */
  readonly clientConfig: object;
  /** The virtual time, ms since the epoch. */
  now(): number;
  /** Writes a line to the function's log group, like a process's standard output. */
  readonly writeLog?: (line: string) => void;
}

/**
 * The code of a function. It is called once for each process that Lambda starts, creates its SDK clients there, and returns
 * the handler of the process's events.
 *
 * @example
 * const code: FunctionCode = ({ clientConfig }) => {
 *   const s3 = new S3Client(clientConfig);
 *   return async ({ key }) => s3.send(new GetObjectCommand({ Bucket: 'orders', Key: key }));
 * };
 */
export type FunctionCode = (
  runtime: FunctionRuntime,
  // biome-ignore lint/suspicious/noExplicitAny: each function has an event and a result of its own.
) => (event: any, context: { readonly awsRequestId: string }) => Promise<unknown>;
