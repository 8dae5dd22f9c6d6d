import * as z from 'zod';
import type { Executions } from '../../../shared/aws/executions.ts';
import type { ParameterStore } from '../../../shared/aws/parameter-store.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { deploymentId } from '../../../shared/ids.ts';
import type { WebhookLedger } from '../../../shared/ledger/webhook-ledger.ts';
import { readInput } from '../../../shared/task.ts';
import { rollbackRequest } from '../../coordinate/open-incident/open-incident.ts';
import { objectionToSignature, type SignedRequest, signatureHeader } from './signature.ts';

/** A request of API Gateway's HTTP APIs, payload format 2.0, with the fields that are read. */
export const httpRequest = z.object({
  /** Header names are in lower case. */
  headers: z.record(z.string(), z.string()),
  body: z.string().default(''),
  isBase64Encoded: z.boolean().default(false),
});

const { service, releaseId, planDigest, reason, requestedBy } = rollbackRequest.shape;
const who = requestedBy.default('the webhook');

/** Actions that may be requested. A rollback takes the same fields as in the Step Functions console, except `overrule`. */
export const webhookBody = z.discriminatedUnion(
  'action',
  [
    z.strictObject({ action: z.literal('report-deployment'), deploymentId }),
    z.strictObject({ action: z.literal('plan'), service, releaseId, reason, requestedBy: who }),
    z.strictObject({
      action: z.literal('roll-back'),
      service,
      releaseId,
      planDigest,
      reason,
      requestedBy: who,
    }),
  ],
  { error: 'must be one of "report-deployment", "plan", "roll-back"' },
);

/** Bytes of a body: the longest valid one has a fifth of that. */
const longestBody = 8192;

/** A shorter secret could be guessed from one signed request. */
const shortestSecret = 32;

/** Parameter Store is read once a minute at most: a changed secret takes effect a minute later. */
const secretAgeMs = 60_000;

/** A response in the form that API Gateway expects. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: { readonly 'content-type': 'application/json' };
  readonly body: string;
}

export interface ReceiveWebhookDeps {
  readonly parameterStore: Pick<ParameterStore, 'value'>;
  readonly secretName: string;
  readonly catalog: CatalogStore;
  readonly webhooks: WebhookLedger;
  readonly executions: Executions;
  readonly monitorDeploymentArn: string;
  readonly coordinateRollbackArn: string;
  readonly now: () => number;
}

/**
 * Accepts a signed request of a pipeline: to watch a deployment, to plan a rollback, or to roll back. The execution that it
 * starts checks the request again, as if a person had typed it. Each signature counts once.
 */
export function receiveWebhook(deps: ReceiveWebhookDeps) {
  let known: { readonly secret: string; readonly readAt: number } | undefined;

  return async (event: z.infer<typeof httpRequest>): Promise<HttpAnswer> => {
    const request = { headers: event.headers, body: bytesOf(event) };
    if (request.body.byteLength > longestBody) return answer(413, `a body has at most ${longestBody} bytes`);
    const secret = await readSecret();
    if (secret === undefined) return answer(503, 'the webhook has no secret of 32 characters or more');
    const objection = objectionToSignature(request, secret, deps.now());
    if (objection !== undefined) return answer(401, objection);
    try {
      return await act(request);
    } catch (error) {
      if (error instanceof InvalidInput) return answer(400, error.message);
      throw error;
    }
  };

  async function act({ headers, body }: SignedRequest): Promise<HttpAnswer> {
    const wanted = readInput(webhookBody, parse(body));
    const signature = headers[signatureHeader] as string;
    const { name, machineArn, input } = await startOf(wanted, signature);
    if (!(await deps.webhooks.claim(signature, new Date(deps.now()).toISOString()))) {
      return answer(409, 'this request was taken before; sign the next one anew');
    }
    await deps.executions.start(machineArn, name, input);
    return { ...answer(202), body: JSON.stringify({ action: wanted.action, execution: name }) };
  }

  /**
   * The execution to be started. @throws InvalidInput if the catalog has no such service, or the request contradicts itself
   */
  async function startOf(wanted: z.infer<typeof webhookBody>, signature: string) {
    if (wanted.action === 'report-deployment') {
      const { deploymentId: name } = wanted;
      return { name, machineArn: deps.monitorDeploymentArn, input: { deploymentId: name } };
    }
    await deps.catalog.entry(wanted.service);
    const { action: mode, ...rest } = wanted;
    const input = readInput(rollbackRequest, { ...rest, mode });
    return { name: `webhook-${signature.slice(3, 43)}`, machineArn: deps.coordinateRollbackArn, input };
  }

  /** Cached for a minute; undefined if there is none, or it is too short. */
  async function readSecret(): Promise<string | undefined> {
    const now = deps.now();
    if (known === undefined || now - known.readAt >= secretAgeMs) {
      const found = await deps.parameterStore.value(deps.secretName);
      known = { secret: found?.value ?? '', readAt: now };
    }
    return known.secret.length >= shortestSecret ? known.secret : undefined;
  }
}

function bytesOf({ body, isBase64Encoded }: z.infer<typeof httpRequest>): Uint8Array {
  return Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    throw new InvalidInput('the body must be a JSON object');
  }
}

function answer(statusCode: number, error?: string): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error }),
  };
}
