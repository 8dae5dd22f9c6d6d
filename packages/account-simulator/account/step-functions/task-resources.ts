import { AslError } from '../../asl/asl-error.ts';
import type { TaskContext } from '../../asl/engine-host.ts';
import { type SdkMetadata, sdkMetadata } from '../../asl/sdk-metadata.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { Caller } from '../service.ts';
import type { Wire } from '../wire/wire.ts';
import { readSdkCall } from './sdk-integration.ts';
import { taskError } from './task-error.ts';

type Arguments = Readonly<Record<string, unknown>>;

/** The services behind the resources of Tasks. */
export interface TaskResourcesParts {
  readonly wire: Pick<Wire, 'call'>;
  readonly random: SeededRandom;
  /** Ms since the epoch. */
  readonly now: () => number;
  /** Logical id of the machine of that name, if the template has it. */
  logicalIdOf(stateMachineName: string): string | undefined;
}

/** Performs the requests of Tasks, over the wire and under the role of the machine. */
export class TaskResources {
  readonly #wire: Pick<Wire, 'call'>;
  readonly #requestIds: SeededRandom;
  readonly #now: () => number;
  readonly #logicalIdOf: TaskResourcesParts['logicalIdOf'];

  constructor({ wire, random, now, logicalIdOf }: TaskResourcesParts) {
    this.#wire = wire;
    this.#now = now;
    this.#requestIds = random.fork('request-ids');
    this.#logicalIdOf = logicalIdOf;
  }

  /** See `EngineHost.callResource`. Throws Error for a resource that is not simulated. */
  async call(resource: string, args: unknown, context: TaskContext): Promise<unknown> {
    const [service = '', action = '', third = ''] = resource.split(':').slice(5);
    if (service === 'aws-sdk') return this.#callSdk(action, third, args, context);
    const integration = this.#integrations[`${service}:${action}`];
    if (!integration) throw new Error(`The resource ${resource} is not simulated`);
    return integration((args ?? {}) as Arguments, context);
  }

  /** The text of an S3 object. */
  async readObject(Bucket: string, Key: string, context: TaskContext): Promise<string> {
    const { Body } = (await this.#send('s3', 'GetObject', { Bucket, Key }, context, 'S3')) as {
      Body?: Uint8Array | string;
    };
    return typeof Body === 'string' ? Body : Buffer.from(Body ?? []).toString();
  }

  /** The caller of a Task's requests. */
  caller({ roleArn, stateMachineName, stateName }: TaskContext): Caller {
    const resource = this.#logicalIdOf(stateMachineName);
    return { principal: roleArn, state: stateName, ...(resource === undefined ? {} : { resource }) };
  }

  readonly #integrations: Readonly<
    Record<string, (args: Arguments, context: TaskContext) => Promise<unknown>>
  > = {
    'lambda:invoke': (args, context) => this.#invoke(args, context),
    'sns:publish': (args, context) => this.#publish(args, context),
  };

  async #callSdk(service: string, action: string, args: unknown, context: TaskContext): Promise<unknown> {
    const call = readSdkCall(service, action);
    const output = await this.#send(
      call.service,
      call.operation,
      call.input(args),
      context,
      call.prefix,
      call.isModelled,
    );
    return call.result(output);
  }

  /** Step Functions Developer Guide, "Invoke an AWS Lambda function with Step Functions". */
  async #invoke(args: Arguments, context: TaskContext): Promise<unknown> {
    const { Payload = {}, ...others } = only(args, [
      'FunctionName',
      'InvocationType',
      'Payload',
      'Qualifier',
    ]);
    const output = await this.#send(
      'lambda',
      'Invoke',
      { ...others, Payload: Buffer.from(JSON.stringify(Payload)) },
      context,
      'Lambda',
    );
    const answer = output as { Payload?: Uint8Array; FunctionError?: string; StatusCode?: number };
    const text = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError !== undefined) throw functionError(text);
    return {
      ExecutedVersion: '$LATEST',
      Payload: text === '' ? '' : (JSON.parse(text) as unknown),
      ...this.#metadata(text, 'application/json'),
      StatusCode: answer.StatusCode ?? 200,
    };
  }

  /** Step Functions Developer Guide, "Publish messages to Amazon SNS topic"; a Message may be JSON. */
  async #publish(args: Arguments, context: TaskContext): Promise<unknown> {
    const input = only(args, [
      'Message',
      'MessageAttributes',
      'MessageStructure',
      'PhoneNumber',
      'Subject',
      'TargetArn',
      'TopicArn',
    ]);
    const { Message } = input;
    const text = typeof Message === 'string' ? Message : JSON.stringify(Message);
    const output = await this.#send('sns', 'Publish', { ...input, Message: text }, context, 'SNS');
    const { MessageId } = output as { MessageId: string };
    return { MessageId, ...this.#metadata(MessageId, 'text/xml') };
  }

  async #send(
    service: string,
    operation: string,
    input: object,
    context: TaskContext,
    prefix: string,
    isModelled?: (name: string) => boolean,
  ): Promise<object> {
    try {
      return (await this.#wire.call(service, operation, input, this.caller(context))) as object;
    } catch (error) {
      throw taskError(error, prefix, this.#requestIds.uuid(), isModelled);
    }
  }

  #metadata(answer: string, contentType: string): SdkMetadata {
    return sdkMetadata({
      requestId: this.#requestIds.uuid(),
      bytes: Buffer.byteLength(answer),
      time: this.#now(),
      contentType,
    });
  }
}

function only(args: Arguments, names: readonly string[]): Arguments {
  const unknown = Object.keys(args).find((name) => !names.includes(name));
  if (unknown === undefined) return args;
  throw new Error(`The field "${unknown}" is not supported by Step Functions.`);
}

/** A function that failed fails its Task with its error's name; the cause is Lambda's answer. */
function functionError(payload: string): AslError {
  const { errorType } = JSON.parse(payload) as { errorType?: string };
  return new AslError(errorType ?? 'Lambda.Unknown', payload);
}
