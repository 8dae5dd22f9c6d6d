import type { SSMClient } from '@aws-sdk/client-ssm';

/**
 * Watches the time in AWS's responses to a client.
 *
 * @param now ms since the epoch, of this computer
 * @returns how far this computer's time was ahead of AWS's at the last response, ms, to the second; undefined before the
 * first
 */
export function watchClock(client: SSMClient, now: () => number): () => number | undefined {
  let aheadMs: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers = {} } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const time = Date.parse(headers.date ?? '');
      if (!Number.isNaN(time)) aheadMs = now() - time;
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  return () => aheadMs;
}
