import { createHook } from 'node:async_hooks';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { CodeDeployClient, GetDeploymentCommand } from '@aws-sdk/client-codedeploy';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AwsError } from '../../../account/service.ts';
import { TransportError } from '../../../account/wire/transport-error.ts';
import type { WireCall } from '../../../account/wire/wire.ts';
import { Bench, CALLER } from './wired.ts';

let bench: Bench;

beforeEach(() => {
  bench = new Bench();
});

afterEach(() => {
  bench.clock.uninstall();
});

/** A CodeDeploy that answers with the time of the call. */
const codedeploy = (calls: number[] = []) => ({
  operations: {
    GetDeployment: (input: { deploymentId: string }, { now }: { now: number }) => {
      calls.push(now);
      return { deploymentInfo: { deploymentId: input.deploymentId, createTime: new Date(now) } };
    },
  },
});

const ask = new GetDeploymentCommand({ deploymentId: 'd-1' });

describe('Wire', () => {
  it('carries a call from an SDK client to the operation of the service and back', async () => {
    const client = new CodeDeployClient(bench.wire({ codedeploy: codedeploy() }).clientConfig(CALLER));
    const { deploymentInfo, $metadata } = await bench.settle(client.send(ask));
    expect(deploymentInfo?.deploymentId).toBe('d-1');
    expect($metadata).toMatchObject({ httpStatusCode: 200, attempts: 1 });
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('takes virtual time on the way in and on the way back, with the effect in between', async () => {
    const calls: number[] = [];
    const client = new CodeDeployClient(bench.wire({ codedeploy: codedeploy(calls) }).clientConfig(CALLER));
    await bench.settle(client.send(ask));
    const total = bench.clock.elapsed();
    const effect = (calls[0] as number) - bench.clock.startedAt;
    expect(total).toBeGreaterThanOrEqual(4);
    expect(effect).toBe(Math.ceil(total / 2));
  });

  it('draws round trips around the median of the service', async () => {
    const wire = bench.wire({ codedeploy: codedeploy() });
    const trips: number[] = [];
    for (let i = 0; i < 500; i += 1) {
      const start = bench.clock.now();
      await bench.settle(wire.call('codedeploy', 'GetDeployment', {}, CALLER));
      trips.push(bench.clock.now() - start);
    }
    trips.sort((a, b) => a - b);
    expect(trips[250]).toBeGreaterThanOrEqual(23);
    expect(trips[250]).toBeLessThanOrEqual(27);
    expect(trips[12]).toBeGreaterThan(8);
    expect(trips[487]).toBeLessThan(60);
  });

  it('gives the same times for the same seed and others for another', async () => {
    const times = async (seed: number) => {
      bench.clock.uninstall();
      bench = new Bench(seed);
      const calls: number[] = [];
      const wire = bench.wire({ codedeploy: codedeploy(calls) });
      const client = new CodeDeployClient(wire.clientConfig(CALLER));
      wire.use(async (call, next) => {
        if (call.callId % 2 === 1) throw new AwsError('ThrottlingException', 'Rate exceeded');
        return next();
      });
      for (let i = 0; i < 5; i += 1) await bench.settle(client.send(ask));
      return calls;
    };
    const first = await times(7);
    expect(await times(7)).toEqual(first);
    expect(await times(8)).not.toEqual(first);
  });

  it('passes a call through the interceptors, the first added outermost', async () => {
    const wire = bench.wire({ codedeploy: codedeploy() });
    const seen: string[] = [];
    wire.use(async (call, next) => {
      seen.push(`outer ${call.service}:${call.operation} #${call.callId} by ${call.caller.principal}`);
      const output = await next();
      seen.push('outer back');
      return output;
    });
    wire.use(async (call, next) => {
      seen.push(`inner ${call.input.deploymentId}`);
      return next();
    });
    const client = new CodeDeployClient(wire.clientConfig(CALLER));
    await bench.settle(client.send(ask));
    expect(seen).toEqual([
      `outer codedeploy:GetDeployment #1 by ${CALLER.principal}`,
      'inner d-1',
      'outer back',
    ]);
  });

  it('refuses unsimulated calls by name, without a retry', async () => {
    const client = new SSMClient(bench.wire({ codedeploy: codedeploy() }).clientConfig(CALLER));
    const error = await bench.refusal(client.send(new GetParameterCommand({ Name: '/a' })));
    expect(error.name).toBe('UnsupportedOperation');
    expect(error.message).toBe('UnsupportedOperation: ssm:GetParameter is not simulated');
    expect(error.$metadata).toMatchObject({ httpStatusCode: 501, attempts: 1 });
  });

  it('lets the SDK retry a throttle in virtual time', async () => {
    const wire = bench.wire({ codedeploy: codedeploy() });
    wire.use(async (call, next) => {
      if (call.callId < 3) throw new AwsError('ThrottlingException', 'Rate exceeded');
      return next();
    });
    const client = new CodeDeployClient(wire.clientConfig(CALLER));
    const { $metadata } = await bench.settle(client.send(ask));
    expect($metadata.attempts).toBe(3);
    expect($metadata.totalRetryDelay).toBeGreaterThan(0);
    expect(bench.clock.elapsed()).toBeGreaterThan($metadata.totalRetryDelay as number);
  });

  it('gives up after the attempts the client is configured for', async () => {
    const wire = bench.wire({ codedeploy: codedeploy() });
    wire.use(async () => {
      throw new AwsError('ThrottlingException', 'Rate exceeded');
    });
    const client = new CodeDeployClient({ ...wire.clientConfig(CALLER), maxAttempts: 5 });
    const error = await bench.refusal(client.send(ask));
    expect(error).toMatchObject({ name: 'ThrottlingException', $metadata: { attempts: 5 } });
  });

  it('loses a response as a network failure, which the SDK retries', async () => {
    const calls: number[] = [];
    const wire = bench.wire({ codedeploy: codedeploy(calls) });
    wire.use(async (call, next) => {
      const output = await next();
      if (call.callId === 1) throw new TransportError('ECONNRESET');
      return output;
    });
    const client = new CodeDeployClient(wire.clientConfig(CALLER));
    const { $metadata } = await bench.settle(client.send(ask));
    expect($metadata.attempts).toBe(2);
    expect(calls).toHaveLength(2);
  });

  it('shows a lasting network failure as the failure itself, without a response', async () => {
    const wire = bench.wire({ codedeploy: codedeploy() });
    wire.use(async () => {
      throw new TransportError('ETIMEDOUT');
    });
    const client = new CodeDeployClient(wire.clientConfig(CALLER));
    const error = await bench.refusal(client.send(ask));
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ name: 'TimeoutError', code: 'ETIMEDOUT', $metadata: { attempts: 3 } });
    expect(error).not.toHaveProperty('$response');
  });

  it('passes a fault of the simulation through unchanged, never as an answer of AWS', async () => {
    const wire = bench.wire({
      codedeploy: {
        operations: {
          GetDeployment: () => {
            throw new RangeError('broken simulation');
          },
        },
      },
    });
    const client = new CodeDeployClient(wire.clientConfig(CALLER));
    expect(await bench.refusal(client.send(ask))).toBeInstanceOf(RangeError);
  });

  it('ends a call whose caller has given up', async () => {
    const client = new CodeDeployClient(bench.wire({ codedeploy: codedeploy() }).clientConfig(CALLER));
    const controller = new AbortController();
    bench.clock.after(1, () => controller.abort());
    const error = await bench.refusal(client.send(ask, { abortSignal: controller.signal }));
    expect(error.name).toBe('AbortError');
  });

  it('answers a direct call through the same interceptors and latency', async () => {
    const wire = bench.wire({ codedeploy: codedeploy() });
    const seen: WireCall[] = [];
    wire.use(async (call, next) => {
      seen.push(call);
      return next();
    });
    const output = await bench.settle(
      wire.call('codedeploy', 'GetDeployment', { deploymentId: 'd-2' }, CALLER),
    );
    expect(output.deploymentInfo.deploymentId).toBe('d-2');
    expect(seen).toHaveLength(1);
    expect(bench.clock.elapsed()).toBeGreaterThanOrEqual(4);
  });

  it('throws the refusal of a direct call unchanged', async () => {
    const wire = bench.wire({});
    const error = await bench.refusal(wire.call('events', 'PutEvents', {}, CALLER));
    expect(error).toBeInstanceOf(AwsError);
    expect(error.message).toBe('UnsupportedOperation: events:PutEvents is not simulated');
  });

  it("keeps the state of a service separate from direct callers' objects", async () => {
    const state = { tags: ['a'] };
    const wire = bench.wire({
      codedeploy: { operations: { GetDeployment: () => ({ deploymentInfo: state }) } },
    });
    const output = await bench.settle(wire.call('codedeploy', 'GetDeployment', {}, CALLER));
    output.deploymentInfo.tags.push('b');
    expect(state.tags).toEqual(['a']);
  });

  it('answers with 501 for a host without a simulated service', async () => {
    const wire = bench.wire({});
    const config = wire.clientConfig(CALLER) as {
      requestHandler: { handle(request: object): Promise<unknown> };
    };
    const request = { hostname: 'kms.us-east-1.amazonaws.com', headers: {}, path: '/', method: 'POST' };
    const { response } = (await config.requestHandler.handle(request)) as {
      response: { statusCode: number };
    };
    expect(response.statusCode).toBe(501);
  });

  it('needs no file, network or process of any client', async () => {
    const wire = bench.wire({});
    const config = wire.clientConfig(CALLER);
    const clients: Array<Promise<unknown>> = [];
    const used = new Set<string>();
    const hook = createHook({
      init(_id, type) {
        if (/^(FS|TCP|TLS|PIPE|GETADDRINFO|PROCESS|UDP|HTTP)/.test(type)) used.add(type);
      },
    }).enable();
    try {
      clients.push(
        new CloudFormationClient(config).send(new DescribeStacksCommand({})),
        new CloudWatchClient(config).send(new ListMetricsCommand({})),
        new CodeDeployClient(config).send(ask),
        new DynamoDBClient(config).send(new ListTablesCommand({})),
        new LambdaClient(config).send(new GetAliasCommand({ FunctionName: 'f', Name: 'live' })),
        new S3Client(config).send(new ListObjectsV2Command({ Bucket: 'b-1' })),
        new SFNClient(config).send(new ListStateMachinesCommand({})),
        new SNSClient(config).send(new ListTopicsCommand({})),
        new SSMClient(config).send(new GetParameterCommand({ Name: '/a' })),
      );
      const outcomes = await bench.settle(Promise.allSettled(clients));
      const names = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.name : 'done'));
      expect(names).toEqual(Array.from({ length: 9 }, () => 'UnsupportedOperation'));
      expect([...used]).toEqual([]);
    } finally {
      hook.disable();
    }
  });
});
