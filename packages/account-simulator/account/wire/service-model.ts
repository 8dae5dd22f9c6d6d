import * as apigateway from '@aws-sdk/client-api-gateway';
import * as apigatewayv2 from '@aws-sdk/client-apigatewayv2';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as codedeploy from '@aws-sdk/client-codedeploy';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sfn from '@aws-sdk/client-sfn';
import * as sns from '@aws-sdk/client-sns';
import * as ssm from '@aws-sdk/client-ssm';
import * as vpclattice from '@aws-sdk/client-vpc-lattice';
import { NormalizedSchema } from '@smithy/core/schema';
import type { $SchemaRef, SchemaTraits } from '@smithy/types';

/** An operation as the SDK's model describes it. */
export interface OperationModel {
  readonly name: string;
  /** Method, path template and success status, for the REST protocols. */
  readonly http: readonly [method: string, path: string, status: number] | undefined;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

/** A modelled error: its members, and its code and status on the wire. */
export interface ErrorModel {
  readonly schema: NormalizedSchema;
  /** The code in the query protocol: `InvalidParameter` for `InvalidParameterException`. */
  readonly code: string;
  readonly status: number | undefined;
}

const packages = {
  'api-gateway': apigateway,
  apigatewayv2,
  cloudformation,
  cloudwatch,
  codedeploy,
  dynamodb,
  lambda,
  s3,
  sfn,
  sns,
  ssm,
  'vpc-lattice': vpclattice,
};

/** A service that SDK clients can reach in the simulated account, by the name of its client package. */
export type ServiceName = keyof typeof packages;

/** Static schema ids of smithy-typescript: the first element of every exported `…$` schema. */
const OPERATION = 9;
const ERROR = -3;

/** Names in the signing scope and the host that differ from the client package's. */
const signingNames: Partial<Record<string, ServiceName>> = {
  apigateway: 'api-gateway',
  monitoring: 'cloudwatch',
  states: 'sfn',
};

/** The service with a signing name (`monitoring`), if the account can serve it. */
export function serviceOfSigningName(signingName: string): ServiceName | undefined {
  const name = signingNames[signingName] ?? signingName;
  return Object.hasOwn(packages, name) ? (name as ServiceName) : undefined;
}

/** The operations and errors of one service, read from the schemas that its SDK client exports, each once. */
export class ServiceModel {
  readonly service: ServiceName;
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #operations = new Map<string, OperationModel | undefined>();
  readonly #errors = new Map<string, ErrorModel | undefined>();

  constructor(service: ServiceName) {
    this.service = service;
    this.#exports = packages[service];
  }

  operation(name: string): OperationModel | undefined {
    if (!this.#operations.has(name)) this.#operations.set(name, this.#readOperation(name));
    return this.#operations.get(name);
  }

  /** Every operation of the client, simulated or not. */
  operations(): OperationModel[] {
    return Object.keys(this.#exports)
      .filter((name) => name.endsWith('$'))
      .map((name) => this.operation(name.slice(0, -1)))
      .filter((model) => model !== undefined);
  }

  /** Every error of the client. */
  errorNames(): string[] {
    return Object.keys(this.#exports)
      .filter((name) => name.endsWith('$'))
      .map((name) => name.slice(0, -1))
      .filter((name) => this.error(name) !== undefined);
  }

  error(name: string): ErrorModel | undefined {
    if (!this.#errors.has(name)) this.#errors.set(name, this.#readError(name));
    return this.#errors.get(name);
  }

  #readOperation(name: string): OperationModel | undefined {
    const schema = this.#exports[`${name}$`];
    if (!Array.isArray(schema) || schema[0] !== OPERATION) return undefined;
    const traits = schema[3] as SchemaTraits;
    return {
      name,
      http: typeof traits === 'object' ? traits.http : undefined,
      input: NormalizedSchema.of(schema[4] as $SchemaRef),
      output: NormalizedSchema.of(schema[5] as $SchemaRef),
    };
  }

  #readError(name: string): ErrorModel | undefined {
    const raw = this.#exports[`${name}$`];
    if (!Array.isArray(raw) || raw[0] !== ERROR) return undefined;
    const schema = NormalizedSchema.of(raw as unknown as $SchemaRef);
    const traits = schema.getMergedTraits();
    const [code, status] = (traits.awsQueryError ?? []) as [string?, number?];
    return { schema, code: code ?? name, status: status ?? (traits.httpError as number | undefined) };
  }
}
