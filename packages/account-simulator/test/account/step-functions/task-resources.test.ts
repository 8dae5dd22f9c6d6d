import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import { AwsError } from '../../../account/service.ts';
import { exceptionName } from '../../../account/step-functions/task-error.ts';
import { TransportError } from '../../../account/wire/transport-error.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { machineRoom, roleArn } from './machine-room.ts';

let clock: VirtualClock;

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
});
afterEach(() => clock.uninstall());

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('lambda:invoke', () => {
  it('passes the payload and gives the answer as Step Functions wraps it', async () => {
    const room = machineRoom(clock, {
      lambda: {
        Invoke: ({ Payload }: InvokeCommandInput) => ({
          StatusCode: 200,
          Payload: bytes({ got: JSON.parse(Buffer.from(Payload as Uint8Array).toString()) }),
        }),
      },
    });
    const { output, status } = await room.runTask('lambda:invoke', {
      FunctionName: 'f',
      Payload: { a: [1] },
    });
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output ?? '')).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { got: { a: [1] } },
      StatusCode: 200,
      SdkHttpMetadata: { HttpStatusCode: 200 },
    });
    expect(room.calls[0]).toMatchObject({
      service: 'lambda',
      operation: 'Invoke',
      caller: { principal: roleArn, resource: 'Work' },
    });
  });

  it("fails with the name of the function's error, and its answer as cause", async () => {
    const payload = { errorType: 'NoWayBack', errorMessage: 'nothing good', trace: [] };
    const room = machineRoom(clock, {
      lambda: { Invoke: () => ({ FunctionError: 'Unhandled', Payload: bytes(payload) }) },
    });
    const { error, cause } = await room.runTask('lambda:invoke', { FunctionName: 'f' });
    expect([error, cause]).toEqual(['NoWayBack', JSON.stringify(payload)]);
  });

  it.each([
    [new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429), 'Lambda.TooManyRequestsException'],
    [new AwsError('ServiceException', 'oops', 500), 'Lambda.ServiceException'],
    [new TransportError('ECONNRESET'), 'Lambda.SdkClientException'],
  ])("fails with the name of the service's refusal: %s", async (refusal, expected) => {
    const room = machineRoom(clock, { lambda: { Invoke: () => Promise.reject(refusal) } });
    expect((await room.runTask('lambda:invoke', { FunctionName: 'f' })).error).toBe(expected);
  });

  it('refuses an unknown argument', async () => {
    const room = machineRoom(clock, { lambda: { Invoke: () => ({}) } });
    const args = '{% {"FunctionName": "f", "Payloads": 1} %}';
    const { error, cause } = await room.runTask('lambda:invoke', args);
    expect(error).toBe('States.Runtime');
    expect(cause).toContain('The field "Payloads" is not supported by Step Functions');
  });
});

describe('sns:publish', () => {
  it('publishes JSON as text', async () => {
    const room = machineRoom(clock, { sns: { Publish: () => ({ MessageId: 'm-1' }) } });
    const { output } = await room.runTask('sns:publish', { TopicArn: 't', Message: { a: 1 } });
    expect(JSON.parse(output ?? '')).toMatchObject({ MessageId: 'm-1' });
    expect(room.calls[0]?.input).toEqual({ TopicArn: 't', Message: '{"a":1}' });
  });
});

describe('aws-sdk', () => {
  it("uses PascalCase towards the machine and the service's own case towards the service", async () => {
    const createTime = new Date('2026-01-02T03:04:05Z');
    const room = machineRoom(clock, {
      codedeploy: {
        GetDeployment: () => ({
          deploymentInfo: { deploymentId: 'd-1', createTime, autoRollbackConfiguration: { events: ['x'] } },
        }),
      },
    });
    const { output } = await room.runTask('aws-sdk:codedeploy:getDeployment', { DeploymentId: 'd-1' });
    expect(room.calls[0]?.input).toEqual({ deploymentId: 'd-1' });
    expect(JSON.parse(output ?? '')).toEqual({
      DeploymentInfo: {
        DeploymentId: 'd-1',
        CreateTime: '2026-01-02T03:04:05Z',
        AutoRollbackConfiguration: { Events: ['x'] },
      },
    });
  });

  it('leaves the keys of maps alone and takes timestamps as text', async () => {
    const room = machineRoom(clock, {
      lambda: { UpdateAlias: () => ({ RoutingConfig: { AdditionalVersionWeights: { 5: 0.1 } } }) },
      codedeploy: { ListDeployments: () => ({ deployments: [] }) },
    });
    const alias = {
      FunctionName: 'f',
      Name: 'live',
      RoutingConfig: { AdditionalVersionWeights: { 5: 0.1 } },
    };
    const { output } = await room.runTask('aws-sdk:lambda:updateAlias', alias);
    expect(room.calls[0]?.input).toEqual(alias);
    expect(JSON.parse(output ?? '')).toEqual({ RoutingConfig: alias.RoutingConfig });

    const other = machineRoom(clock, { codedeploy: { ListDeployments: () => ({ deployments: [] }) } });
    await other.runTask('aws-sdk:codedeploy:listDeployments', {
      CreateTimeRange: { Start: '2026-01-01T00:00:00Z' },
    });
    expect(other.calls[0]?.input).toEqual({ createTimeRange: { start: new Date('2026-01-01T00:00:00Z') } });
  });

  it.each([
    ['ssm:getParameter', { Name: '/a' }, 'ParameterNotFound', 'Ssm.ParameterNotFoundException'],
    [
      'codedeploy:getDeployment',
      { DeploymentId: 'd' },
      'DeploymentDoesNotExistException',
      'CodeDeploy.DeploymentDoesNotExistException',
    ],
    ['cloudformation:describeStacks', {}, 'ValidationError', 'CloudFormation.CloudFormationException'],
    ['sfn:startExecution', {}, 'ExecutionAlreadyExists', 'Sfn.ExecutionAlreadyExistsException'],
  ])(
    'names the errors of %s with suffix, those not documented by the service',
    async (resource, args, name, expected) => {
      const [service = '', action = ''] = resource.split(':');
      const operation = action.charAt(0).toUpperCase() + action.slice(1);
      const refuse = () => Promise.reject(new AwsError(name, 'no', 400));
      const room = machineRoom(clock, { [service]: { [operation]: refuse } });
      if (service === 'sfn') Object.assign(room.stepFunctions.operations, { [operation]: refuse });
      const { error, cause } = await room.runTask(`aws-sdk:${resource}`, args);
      expect(error).toBe(expected);
      expect(cause).toMatch(/^no \(Service: \w+, Status Code: 400, Request ID: [0-9a-f-]{36}\)$/);
    },
  );

  it.each([
    [
      'aws-sdk:codedeploy:getDeployment',
      '{% {"deploymentId": "d"} %}',
      'The field "deploymentId" is not supported',
    ],
    ['aws-sdk:ec2:describeInstances', {}, 'aws-sdk:ec2:describeInstances is not simulated'],
    ['sqs:sendMessage', {}, 'arn:aws:states:::sqs:sendMessage is not simulated'],
  ])('refuses %s %j', async (resource, args, reason) => {
    const { error, cause } = await machineRoom(clock).runTask(resource, args);
    expect(error).toBe('States.Runtime');
    expect(cause).toContain(reason);
  });
});

describe('exceptionName', () => {
  it.each([
    ['NoSuchKey', 'NoSuchKeyException'],
    ['ThrottlingException', 'ThrottlingException'],
    ['KMSAccessDeniedException', 'KmsAccessDeniedException'],
    ['InternalFault', 'InternalException'],
    ['InvalidS3ObjectException', 'InvalidS3ObjectException'],
  ])('turns %s into %s', (name, expected) => {
    expect(exceptionName(name)).toBe(expected);
  });
});
