import { type HttpRequest, HttpResponse, JsonCodec2 } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.ts';
import { errorMembers, statusOf } from './error-members.ts';
import { bodyBytes, headerOf, plainBytes } from './http-text.ts';
import type { Protocol } from './protocol.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';

const EPOCH_SECONDS = 7;
/** Schema id of a free-form document, for errors outside the model. */
const DOCUMENT = 15;

/**
 * AWS JSON 1.0 and 1.1: the operation in `x-amz-target`, JSON both ways, the error's name in `__type`.
 * With `x-amzn-query-mode` (CloudWatch) the error's query code goes beside it in `x-amzn-query-error`.
 *
 * Source: Smithy specification, "AWS JSON 1.1 protocol" and "AWS query compatible".
 */
export class JsonProtocol implements Protocol {
  readonly #model: ServiceModel;
  readonly #serializer;
  readonly #deserializer;

  constructor(model: ServiceModel) {
    const codec = new JsonCodec2({
      timestampFormat: { useTrait: true, default: EPOCH_SECONDS },
      jsonName: false,
    });
    this.#model = model;
    this.#serializer = codec.createSerializer();
    this.#deserializer = codec.createDeserializer();
  }

  operationOf(request: HttpRequest): string | undefined {
    const target = headerOf(request, 'x-amz-target');
    return target?.slice(target.lastIndexOf('.') + 1);
  }

  async readInput(operation: OperationModel, request: HttpRequest): Promise<object> {
    const body = await bodyBytes(request);
    if (operation.input.isUnitSchema()) return {};
    try {
      return (await this.#deserializer.read(operation.input, body as unknown as string)) as object;
    } catch (error) {
      throw new AwsError(
        'SerializationException',
        `The request is not valid JSON: ${(error as Error).message}`,
      );
    }
  }

  writeOutput(
    operation: OperationModel,
    output: object,
    request: HttpRequest,
    requestId: string,
  ): HttpResponse {
    const body = operation.output.isUnitSchema() ? '{}' : this.#write(operation.output, output);
    return this.#response(200, body, request, requestId);
  }

  writeError(error: AwsError, request: HttpRequest, requestId: string): HttpResponse {
    const model = this.#model.error(error.name);
    const members = { __type: error.name, ...errorMembers(error, model) };
    const status = statusOf(error, model);
    const response = this.#response(
      status,
      this.#write(model?.schema ?? DOCUMENT, members),
      request,
      requestId,
    );
    if (headerOf(request, 'x-amzn-query-mode') === 'true') {
      const fault = status < 500 ? 'Sender' : 'Receiver';
      response.headers['x-amzn-query-error'] = `${model?.code ?? error.name};${fault}`;
    }
    return response;
  }

  #write(schema: NormalizedSchema | typeof DOCUMENT, value: object): Uint8Array {
    this.#serializer.write(schema, value);
    return plainBytes(this.#serializer.flush());
  }

  #response(statusCode: number, body: unknown, request: HttpRequest, requestId: string): HttpResponse {
    const contentType = headerOf(request, 'content-type') ?? 'application/x-amz-json-1.1';
    return new HttpResponse({
      statusCode,
      headers: { 'content-type': contentType, 'x-amzn-requestid': requestId },
      body: typeof body === 'string' ? Buffer.from(body) : body,
    });
  }
}
