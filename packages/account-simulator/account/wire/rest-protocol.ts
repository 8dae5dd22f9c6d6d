import { Readable } from 'node:stream';
import {
  FromStringShapeDeserializer,
  type HttpRequest,
  HttpResponse,
  ToStringShapeSerializer,
} from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../service.ts';
import { readChunks } from './aws-chunked.ts';
import { type BoundMember, type HttpBindings, httpBindings } from './http-bindings.ts';
import { bodyBytes, headerOf } from './http-text.ts';
import type { Protocol } from './protocol.ts';
import { type Route, RouteTable } from './route-table.ts';
import type { OperationModel, ServiceModel } from './service-model.ts';

/** The document format of a REST protocol: JSON or XML. */
export interface DocumentCodec {
  readonly contentType: string;
  /** Timestamp format of unmarked members: 5 ISO 8601, 7 epoch seconds. */
  readonly timestampFormat: 5 | 7;
  read(schema: NormalizedSchema, body: Uint8Array): Promise<object>;
  write(schema: NormalizedSchema, value: object): Uint8Array;
  /** The error's headers and body. */
  error(
    error: AwsError,
    model: ServiceModel,
    requestId: string,
  ): { statusCode: number; headers: Record<string, string>; body: Uint8Array };
}

/** Splits input members off a request's path before it is routed: the bucket of S3. */
export type SplitPath = (request: HttpRequest) => { path: string; labels: Record<string, string> };

/**
 * restJson1 and restXml: the operation in method and path, input members in path, query, headers and body.
 *
 * Source: Smithy specification, "AWS restJson1 protocol", "AWS restXml protocol", "HTTP bindings".
 */
export class RestProtocol implements Protocol {
  readonly #model: ServiceModel;
  readonly #codec: DocumentCodec;
  readonly #routes: RouteTable;
  readonly #splitPath: SplitPath;
  readonly #fromText: FromStringShapeDeserializer;
  readonly #toText: ToStringShapeSerializer;

  constructor(
    model: ServiceModel,
    codec: DocumentCodec,
    splitPath: SplitPath = ({ path }) => ({ path, labels: {} }),
  ) {
    this.#model = model;
    this.#codec = codec;
    this.#splitPath = splitPath;
    this.#routes = new RouteTable(model.operations());
    const settings = {
      timestampFormat: { useTrait: true, default: codec.timestampFormat },
      httpBindings: true,
    } as const;
    this.#fromText = new FromStringShapeDeserializer(settings);
    this.#toText = new ToStringShapeSerializer(settings);
  }

  operationOf(request: HttpRequest): string | undefined {
    return this.#route(request)?.operation;
  }

  async readInput(operation: OperationModel, request: HttpRequest): Promise<object> {
    const bindings = httpBindings(operation.input);
    const input: Record<string, unknown> = {};
    const body = await receiveBody(request);
    if (bindings.payload) this.#readPayload(input, bindings.payload, body);
    if (bindings.payload && isDocument(bindings.payload.schema) && body.length > 0) {
      input[bindings.payload.name] = await this.#codec.read(bindings.payload.schema, body);
    } else if (bindings.body.length > 0 && body.length > 0) {
      Object.assign(input, await this.#readDocument(operation.input, body));
    }
    const labels = { ...this.#splitPath(request).labels, ...this.#route(request)?.labels };
    for (const { name, wireName, schema } of bindings.labels) {
      const text = labels[wireName];
      if (text !== undefined) input[name] = this.#fromText.read(schema, text);
    }
    this.#readQuery(input, bindings, request.query ?? {});
    this.#readHeaders(input, bindings, request);
    return input;
  }

  writeOutput(
    operation: OperationModel,
    output: object,
    request: HttpRequest,
    requestId: string,
  ): HttpResponse {
    const values = output as Record<string, unknown>;
    const bindings = httpBindings(operation.output);
    const response = new HttpResponse({
      statusCode: operation.http?.[2] ?? 200,
      headers: { 'x-amzn-requestid': requestId },
      body: new Uint8Array(),
    });
    for (const { name, wireName, schema } of bindings.headers) {
      if (values[name] != null) response.headers[wireName] = this.#text(schema, values[name]);
    }
    for (const { name, wireName, schema } of bindings.prefixHeaders) {
      for (const [key, value] of Object.entries((values[name] ?? {}) as Record<string, unknown>)) {
        response.headers[wireName + key] = this.#text(schema.getValueSchema(), value);
      }
    }
    if (bindings.statusCode && values[bindings.statusCode.name] != null) {
      response.statusCode = values[bindings.statusCode.name] as number;
    }
    if (bindings.payload) {
      response.body = this.#writePayload(bindings.payload.schema, values[bindings.payload.name]);
    } else if (bindings.body.length > 0 && request.method !== 'HEAD') {
      response.headers['content-type'] = this.#codec.contentType;
      response.body = this.#codec.write(operation.output, only(values, bindings.body));
    }
    return response;
  }

  writeError(error: AwsError, request: HttpRequest, requestId: string): HttpResponse {
    const { statusCode, headers, body } = this.#codec.error(error, this.#model, requestId);
    const response = new HttpResponse({
      statusCode,
      headers: { 'content-type': this.#codec.contentType, 'x-amzn-requestid': requestId, ...headers },
      // The answer to a HEAD request has no body, so the client knows its error only by the status.
      body: request.method === 'HEAD' ? new Uint8Array() : body,
    });
    const model = this.#model.error(error.name);
    if (model) {
      for (const { name, wireName, schema } of httpBindings(model.schema).headers) {
        if (error.fields[name] != null) response.headers[wireName] = this.#text(schema, error.fields[name]);
      }
    }
    return response;
  }

  #route(request: HttpRequest): Route | undefined {
    return this.#routes.find(request, this.#splitPath(request).path);
  }

  #text(schema: NormalizedSchema, value: unknown): string {
    this.#toText.write(schema, value);
    return this.#toText.flush();
  }

  async #readDocument(schema: NormalizedSchema, body: Uint8Array): Promise<object> {
    try {
      return await this.#codec.read(schema, body);
    } catch (error) {
      throw new AwsError('SerializationException', `The body cannot be read: ${(error as Error).message}`);
    }
  }

  #readPayload(input: Record<string, unknown>, { name, schema }: BoundMember, body: Uint8Array): void {
    if (isDocument(schema)) return;
    if (schema.isBlobSchema()) input[name] = body;
    else input[name] = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  }

  #readQuery(
    input: Record<string, unknown>,
    bindings: HttpBindings,
    query: Readonly<Record<string, string | string[] | null>>,
  ): void {
    for (const { name, wireName, schema } of bindings.query) {
      const given = query[wireName];
      if (given === undefined || given === null) continue;
      input[name] = schema.isListSchema()
        ? [given].flat().map((text) => this.#fromText.read(schema.getValueSchema(), text))
        : this.#fromText.read(schema, [given].flat()[0] as string);
    }
    for (const { name } of bindings.queryParams) input[name] = { ...query };
  }

  #readHeaders(input: Record<string, unknown>, bindings: HttpBindings, request: HttpRequest): void {
    for (const { name, wireName, schema } of bindings.headers) {
      const text = headerOf(request, wireName);
      if (text !== undefined) input[name] = this.#fromText.read(schema, text);
    }
    for (const { name, wireName } of bindings.prefixHeaders) {
      const entries = Object.entries(request.headers)
        .map(([key, value]) => [key.toLowerCase(), value] as const)
        .filter(([key]) => key.startsWith(wireName))
        .map(([key, value]) => [key.slice(wireName.length), value]);
      if (entries.length > 0) input[name] = Object.fromEntries(entries);
    }
  }

  #writePayload(schema: NormalizedSchema, value: unknown): unknown {
    if (value === undefined || value === null) return new Uint8Array();
    if (isDocument(schema)) return this.#codec.write(schema, value as object);
    const bytes = typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
    return schema.isStreaming() ? Readable.from([bytes], { objectMode: false }) : bytes;
  }
}

/** The decoded body; trailing headers are added to the request's headers. */
async function receiveBody(request: HttpRequest): Promise<Uint8Array> {
  const bytes = await bodyBytes(request);
  if (!headerOf(request, 'content-encoding')?.includes('aws-chunked')) return bytes;
  const { body, trailers } = readChunks(bytes);
  Object.assign(request.headers, trailers);
  return body;
}

function isDocument(schema: NormalizedSchema): boolean {
  return schema.isStructSchema() || schema.isMapSchema() || schema.isListSchema();
}

function only(values: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => values[name] != null).map((name) => [name, values[name]]));
}
