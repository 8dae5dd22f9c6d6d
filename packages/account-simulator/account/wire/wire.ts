import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { Listeners } from '../../asl/listeners.ts';
import type { VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError, type CallContext, type Caller, type SimulatedService } from '../service.ts';
import { clientConfig } from './client-config.ts';
import { detached } from './detached.ts';
import { NetworkLatency } from './network-latency.ts';
import type { ServiceName } from './service-model.ts';
import { addressedService, portOf } from './service-port.ts';

/** One call on its way to a service. */
export interface WireCall {
  /** Name of the service's client package: `codedeploy`. */
  readonly service: string;
  /** API name of the operation: `GetDeployment`. */
  readonly operation: string;
  /** The operation's input in the SDK's shape. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs of every operation of every service pass here.
  readonly input: any;
  readonly caller: Caller;
  /** Virtual time at which the call reached the account, ms since the epoch. */
  readonly now: number;
  /** Counts the calls of a run from 1; each attempt of a retried call has its own. */
  readonly callId: number;
}

/**
 * Intercepts calls between callers and services: it may pass a call on (`next()`), refuse it (throw `AwsError`), lose it
 * (throw `TransportError`), delay it, or observe.
 */
export type Interceptor = (
  call: WireCall,
  next: () => Promise<object | undefined>,
) => Promise<object | undefined>;

/** A call that reached its service, with the service's answer or refusal. */
export interface PerformedCall {
  readonly call: WireCall;
  readonly output?: object | undefined;
  readonly refusal?: AwsError;
}

/** The answer that a caller received; it does not tell whether the call took effect. */
export interface AnsweredCall {
  readonly call: WireCall;
  /** The reason why the caller got no answer of the service. */
  readonly error?: unknown;
}

/** The parts of a wire. */
export interface WireParts {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly services: Readonly<Record<string, SimulatedService>>;
  /** Region of the clients' endpoints and scopes. */
  readonly region?: string;
}

/**
 * The network of the simulated account: SDK clients and the state machine engine reach its services here.
 *
 * A call takes a drawn round-trip time of virtual time, half before and half after the service; in between it passes the
 * interceptors, outermost first, and takes effect at one instant.
 */
export class Wire {
  readonly #clock: VirtualClock;
  readonly #services: Readonly<Record<string, SimulatedService>>;
  readonly #latency: NetworkLatency;
  readonly #retries: SeededRandom;
  readonly #region: string;
  readonly #interceptors: Interceptor[] = [];
  readonly #performed = new Listeners<PerformedCall>();
  readonly #answered = new Listeners<AnsweredCall>();
  #calls = 0;

  constructor({ clock, random, services, region = 'us-east-1' }: WireParts) {
    this.#clock = clock;
    this.#services = services;
    this.#latency = new NetworkLatency(random.fork('wire/latency'));
    this.#retries = random.fork('wire/retries');
    this.#region = region;
  }

  /** Adds an interceptor inside the existing ones. */
  use(interceptor: Interceptor): void {
    this.#interceptors.push(interceptor);
  }

  /** The simulated operations, by the client package of their service. */
  operations(): ReadonlyMap<string, readonly string[]> {
    return new Map(
      Object.entries(this.#services).map(([service, { operations }]) => [service, Object.keys(operations)]),
    );
  }

  /**
   * Calls `listener` for every call that a service performed or refused, at that instant, whatever interceptors do with the
   * answer.
   */
  onPerformed(listener: (performed: PerformedCall) => void): void {
    this.#performed.add(listener);
  }

  /** Calls `listener` for every call when its caller is answered, after all interceptors. */
  onAnswered(listener: (answered: AnsweredCall) => void): void {
    this.#answered.add(listener);
  }

  /** Configuration for SDK clients that act as `caller`; see {@link clientConfig}. */
  clientConfig(caller: Caller): object {
    return clientConfig({
      region: this.#region,
      random: this.#retries.fork(caller.principal),
      handle: (request) => this.handle(request, caller),
    });
  }

  /**
   * A call without serialization, for callers that are not SDK clients; the same latency and interceptors. Neither side can
   * change the other's objects afterwards.
   *
   * @throws AwsError as the service or an interceptor refuses; TransportError when the call is lost
   */
  // biome-ignore lint/suspicious/noExplicitAny: outputs of every operation of every service pass here.
  async call(service: string, operation: string, input: object, caller: Caller): Promise<any> {
    return detached((await this.#send(service, operation, detached(input), caller)) ?? {});
  }

  /**
   * Answers an HTTP request for any service, identified by its signing scope or host, as the service would. The body may be
   * text, bytes or a stream.
   *
   * @throws TransportError when an interceptor loses the call; every other outcome is a response
   */
  async handle(request: HttpRequest, caller: Caller): Promise<HttpResponse> {
    const service = addressedService(request);
    if (!service) return unknownService(request);
    const response = await this.#answer(service, request, caller);
    // Every answer of AWS carries its time.
    response.headers.date = new Date(this.#clock.now()).toUTCString();
    return response;
  }

  async #answer(service: ServiceName, request: HttpRequest, caller: Caller): Promise<HttpResponse> {
    const port = portOf(service);
    const protocol = port.protocolOf(request);
    try {
      const name = protocol.operationOf(request) ?? 'unknown';
      const operation = port.model.operation(name);
      if (!operation) throw new AwsError('UnknownOperationException', `${service} has no operation ${name}`);
      const input = await protocol.readInput(operation, request);
      const output = (await this.#send(service, name, input, caller)) ?? {};
      return protocol.writeOutput(operation, output, request, this.#requestId());
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return protocol.writeError(error, request, this.#requestId());
    }
  }

  async #send(
    service: string,
    operation: string,
    input: object,
    caller: Caller,
  ): Promise<object | undefined> {
    this.#calls += 1;
    const callId = this.#calls;
    const roundTrip = this.#latency.draw(service);
    const wayIn = Math.ceil(roundTrip / 2);
    await this.#clock.sleep(wayIn);
    const call = { service, operation, input, caller, now: this.#clock.now(), callId };
    try {
      const output = await this.#pass(call, 0);
      this.#answered.tell(() => ({ call }));
      return output;
    } catch (error) {
      this.#answered.tell(() => ({ call, error }));
      throw error;
    } finally {
      await this.#clock.sleep(roundTrip - wayIn);
    }
  }

  #pass(call: WireCall, position: number): Promise<object | undefined> {
    const interceptor = this.#interceptors[position];
    return interceptor ? interceptor(call, () => this.#pass(call, position + 1)) : this.perform(call);
  }

  /** The service's own answer at this instant, without latency and interceptors. */
  async perform(wireCall: WireCall): Promise<object | undefined> {
    const { service, operation, input, caller } = wireCall;
    const perform = this.#services[service]?.operations[operation];
    if (!perform) {
      throw new AwsError(
        'UnsupportedOperation',
        `UnsupportedOperation: ${service}:${operation} is not simulated`,
        501,
      );
    }
    const context: CallContext = { caller, now: this.#clock.now() };
    const call = { ...wireCall, now: context.now };
    try {
      const output = await perform(input as never, context);
      this.#performed.tell(() => ({ call, output }));
      return output;
    } catch (error) {
      if (error instanceof AwsError) this.#performed.tell(() => ({ call, refusal: error }));
      throw error;
    }
  }

  /** In the form of a UUID, counted so that a run can be repeated. */
  #requestId(): string {
    return `00000000-0000-4000-8000-${this.#calls.toString(16).padStart(12, '0')}`;
  }
}

function unknownService(request: HttpRequest): HttpResponse {
  return new HttpResponse({
    statusCode: 501,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'UnsupportedOperation' },
    body: Buffer.from(
      JSON.stringify({
        message: `UnsupportedOperation: no simulated service answers for ${request.hostname}`,
      }),
    ),
  });
}
