import { XmlShapeSerializer } from '@aws-sdk/core/protocols';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { AwsError } from '../service.ts';
import { errorMembers, statusOf } from './error-members.ts';
import { FormReader } from './form-reader.ts';
import { bodyText } from './http-text.ts';
import type { Protocol } from './protocol.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';
import { escapeXml, innerXml } from './xml-text.ts';

const ISO_8601 = 5;

/**
 * AWS query: the operation and its input as a form (`Action=Publish&TopicArn=…`), XML back as
 * `<PublishResponse><PublishResult>…`, errors as `<ErrorResponse><Error><Code>…`.
 *
 * Source: Smithy specification, "AWS query protocol".
 */
export class QueryProtocol implements Protocol {
  readonly #model: ServiceModel;
  readonly #serializer: XmlShapeSerializer;
  readonly #reader = new FormReader();

  constructor(model: ServiceModel) {
    this.#model = model;
    this.#serializer = new XmlShapeSerializer({
      timestampFormat: { useTrait: true, default: ISO_8601 },
      httpBindings: false,
      xmlNamespace: '',
      serviceNamespace: `com.amazonaws.${model.service}`,
    });
  }

  operationOf(request: HttpRequest): string | undefined {
    const { body } = request as { body?: unknown };
    const form = body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : body;
    return typeof form === 'string' ? /(?:^|&)Action=([A-Za-z0-9]+)/.exec(form)?.[1] : undefined;
  }

  async readInput(operation: OperationModel, request: HttpRequest): Promise<object> {
    return this.#reader.read(operation.input, await bodyText(request));
  }

  writeOutput(
    operation: OperationModel,
    output: object,
    _request: HttpRequest,
    requestId: string,
  ): HttpResponse {
    const { name } = operation;
    const result = operation.output.isUnitSchema()
      ? ''
      : `<${name}Result>${this.#members(operation.output, output)}</${name}Result>`;
    const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
    return xmlResponse(200, `<${name}Response>${result}${metadata}</${name}Response>`, requestId);
  }

  writeError(error: AwsError, _request: HttpRequest, requestId: string): HttpResponse {
    const model = this.#model.error(error.name);
    const status = statusOf(error, model);
    const fields = model ? this.#members(model.schema, errorMembers(error, model)) : '';
    const own = /<[Mm]essage>/.test(fields) ? '' : `<Message>${escapeXml(error.message)}</Message>`;
    const body =
      `<ErrorResponse><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type>` +
      `<Code>${model?.code ?? error.name}</Code>${own}${fields}</Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`;
    return xmlResponse(status, body, requestId);
  }

  #members(schema: NormalizedSchema, value: object): string {
    this.#serializer.write(schema, value);
    return innerXml(this.#serializer.flush() as string);
  }
}

function xmlResponse(statusCode: number, body: string, requestId: string): HttpResponse {
  return new HttpResponse({
    statusCode,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: Buffer.from(body),
  });
}
