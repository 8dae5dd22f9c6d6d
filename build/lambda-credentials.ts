/** Credentials in the form of the SDK's clients. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles: on Lambda the credentials of the function's role are in the
 * environment ("Defined runtime environment variables", Lambda developer guide), which is the first place that the SDK's own
 * chain checks. The rest of that chain, for laptops and servers, is 90 KiB in every bundle.
 *
 * @throws Error outside of Lambda
 */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env;
    if (!accessKeyId || !secretAccessKey) {
      throw new Error('There are no credentials in the environment: a bundled function runs on Lambda only.');
    }
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  };
}
