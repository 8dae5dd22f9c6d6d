import type { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { ScopeSigner } from './scope-signer.ts';
import { seedRetries } from './seeded-retries.ts';

/** The parts of a client's configuration. */
export interface ClientConfigParts {
  readonly region: string;
  readonly random: SeededRandom;
  handle(request: HttpRequest): Promise<HttpResponse>;
}

/**
 * Configuration for any SDK client that calls the simulated account.
 *
 * It sets everything that the SDK would otherwise look up in the environment, in `~/.aws` or over the network, so that a
 * client does no I/O of its own. Requests carry their signing scope, by which the account knows the service, but no
 * signature, which the account would not check. Retries are the SDK's own, with seeded jitter.
 */
export function clientConfig({ region, random, handle }: ClientConfigParts): object {
  return {
    region,
    credentials: { accessKeyId: 'AKIAREHEARSAL', secretAccessKey: 'rehearsal' },
    signerConstructor: ScopeSigner,
    requestHandler: {
      metadata: { handlerProtocol: 'in-process' },
      handle: async (request: HttpRequest, options?: { abortSignal?: AbortSignal }) => ({
        response: await abortable(handle(request), options?.abortSignal),
      }),
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    },
    extensions: [{ configure: seedRetries(random) }],
    // Without `info` and `error` the SDK does not prepare every input and output for an unused log.
    logger: { trace() {}, debug() {}, warn() {} },
    maxAttempts: 3,
    retryMode: 'standard',
    defaultsMode: 'standard',
    disableClockSkewCorrection: false,
    authSchemePreference: ['aws.auth#sigv4'],
    ignoreConfiguredEndpointUrls: true,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    defaultUserAgentProvider: async () => [['aws-sdk-js', 'rehearsal']],
    userAgentAppId: async () => undefined,
    accountIdEndpointMode: 'disabled',
    endpointDiscoveryEnabledProvider: async () => false,
    disableS3ExpressSessionAuth: true,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    sigv4aSigningRegionSet: [],
    useArnRegion: false,
  };
}

function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
