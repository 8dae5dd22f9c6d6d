import type { HttpRequest } from '@smithy/core/protocols';
import { headerOf } from './http-text.ts';
import { jsonDocumentCodec } from './json-document-codec.ts';
import { JsonProtocol } from './json-protocol.ts';
import type { Protocol } from './protocol.ts';
import { QueryProtocol } from './query-protocol.ts';
import { RestProtocol } from './rest-protocol.ts';
import { s3Address } from './s3-address.ts';
import { ServiceModel, type ServiceName, serviceOfSigningName } from './service-model.ts';
import { xmlDocumentCodec } from './xml-document-codec.ts';

/** Services of restJson1. */
const restJson: ReadonlySet<ServiceName> = new Set(['api-gateway', 'apigatewayv2', 'lambda', 'vpc-lattice']);
const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** A service's model and the protocols that its clients may use. */
export class ServicePort {
  readonly model: ServiceModel;
  readonly #json: Protocol;
  readonly #query: Protocol;
  readonly #rest: Protocol | undefined;

  constructor(service: ServiceName) {
    this.model = new ServiceModel(service);
    this.#json = new JsonProtocol(this.model);
    this.#query = new QueryProtocol(this.model);
    if (restJson.has(service)) this.#rest = new RestProtocol(this.model, jsonDocumentCodec());
    if (service === 's3')
      this.#rest = new RestProtocol(this.model, xmlDocumentCodec(S3_NAMESPACE), s3Address);
  }

  /** The protocol of a request, by its headers: some services accept more than one. */
  protocolOf(request: HttpRequest): Protocol {
    if (this.#rest) return this.#rest;
    return headerOf(request, 'x-amz-target') === undefined ? this.#query : this.#json;
  }
}

const ports = new Map<ServiceName, ServicePort>();

/** The port of a service; created once per process, since the models do not change. */
export function portOf(service: ServiceName): ServicePort {
  let port = ports.get(service);
  if (!port) {
    port = new ServicePort(service);
    ports.set(service, port);
  }
  return port;
}

/** The service of a request, by its signing scope or else by its host. */
export function addressedService(request: HttpRequest): ServiceName | undefined {
  const scope = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(
    headerOf(request, 'authorization') ?? '',
  )?.[1];
  if (scope !== undefined) return byPath(serviceOfSigningName(scope), request);
  const labels = request.hostname.split('.');
  return byPath(
    labels.map(serviceOfSigningName).find((service) => service !== undefined),
    request,
  );
}

/** Both generations of API Gateway's API have one host and one signing name: only the path differs. */
function byPath(service: ServiceName | undefined, { path }: HttpRequest): ServiceName | undefined {
  return service === 'api-gateway' && path.startsWith('/v2/') ? 'apigatewayv2' : service;
}
