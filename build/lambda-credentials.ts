/** Credentials as the SDK's clients take them. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Stands in the bundles for `@aws-sdk/credential-provider-node`: on Lambda the credentials of the function's role are in
 * the environment ("Defined runtime environment variables", Lambda developer guide), and that is where the SDK's own
 * chain looks first. The rest of that chain, for laptops and servers, is 90 KiB in every bundle.
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
