import type { TemplateMap } from 'account-simulator/account/template/template-value.ts';
import { impossibleErrors } from 'account-simulator/deploy/definition-errors.ts';

const catching = (state: TemplateMap, ...ErrorEquals: string[]) =>
  impossibleErrors({ ...state, Catch: [{ ErrorEquals, Next: 'Caught' }] }, ['NoWayBack']);

const task = (resource: string): TemplateMap => ({ Type: 'Task', Resource: `arn:aws:states:::${resource}` });
const inside = (state: TemplateMap): TemplateMap => ({ StartAt: 'Inner', States: { Inner: state } });
const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };

describe('impossibleErrors', () => {
  it.each([
    [
      'lambda:invoke',
      ['NoWayBack', 'Lambda.TooManyRequestsException', 'Runtime.ExitError', 'States.Permissions'],
    ],
    ['lambda:invoke.waitForTaskToken', ['NoWayBack', 'Sandbox.Timedout']],
    ['states:startExecution.sync:2', ['StepFunctions.ExecutionLimitExceededException', 'States.TaskFailed']],
    ['aws-sdk:codedeploy:getDeployment', ['CodeDeploy.DeploymentDoesNotExistException', 'States.ALL']],
    ['aws-sdk:ssm:getParameter', ['Ssm.ParameterNotFoundException', 'Ssm.SdkClientException']],
    ['dynamodb:putItem', ['DynamoDB.ConditionalCheckFailedException']],
    ['sqs:sendMessage', ['SQS.QueueDoesNotExistException']],
  ])('%s may raise %j', (resource, errors) => {
    expect(catching(task(resource), ...errors)).toEqual([]);
  });

  it.each([
    ['lambda:invoke', ['StepFunctions.ThrottlingException', 'Lambda.Timeout', 'States.ItemReaderFailed']],
    ['lambda:invoke', ['States.HeartbeatTimeout', 'States.Runtime', 'States.NoChoiceMatched', 'Nonsense']],
    ['states:startExecution', ['NoWayBack', 'StepFunctions.ExecutionAlreadyExists']],
    [
      'aws-sdk:codedeploy:getDeployment',
      ['CodeDeploy.DeploymentDoesNotExist', 'Ssm.ParameterNotFoundException'],
    ],
  ])('%s raises none of %j', (resource, errors) => {
    expect(catching(task(resource), ...errors)).toEqual(errors);
  });

  it('a heartbeat is missed only where there is one', () => {
    const beating = { ...task('lambda:invoke.waitForTaskToken'), HeartbeatSeconds: 10 };
    expect(catching(beating, 'States.HeartbeatTimeout')).toEqual([]);
  });

  it.each<[string, (state: TemplateMap) => TemplateMap]>([
    ['an inline Map', (state) => ({ Type: 'Map', ItemProcessor: inside(state) })],
    ['a Parallel', (state) => ({ Type: 'Parallel', Branches: [inside(state)] })],
  ])('%s passes on the errors of its states', (_, around) => {
    expect(catching(around(task('lambda:invoke')), 'NoWayBack', 'Lambda.Unknown')).toEqual([]);
    expect(catching(around({ Type: 'Fail', Error: 'Stopped' }), 'Stopped', 'Other')).toEqual(['Other']);
    expect(catching(around({ Type: 'Fail', Error: '{% $e.Error %}' }), 'Anything')).toEqual([]);
    expect(catching(around({ Type: 'Choice' }), 'States.NoChoiceMatched')).toEqual([]);
    expect(catching(around({ Type: 'Pass' }), 'NoWayBack')).toEqual(['NoWayBack']);
  });

  it('a Distributed Map reports only that too many children failed', () => {
    const map = { Type: 'Map', ItemProcessor: { ...inside(task('lambda:invoke')), ...distributed } };
    const reading = { ...map, ItemReader: {} };
    expect(catching(map, 'States.ExceedToleratedFailureThreshold')).toEqual([]);
    expect(catching(map, 'NoWayBack', 'States.ItemReaderFailed')).toEqual([
      'NoWayBack',
      'States.ItemReaderFailed',
    ]);
    expect(catching(reading, 'States.ItemReaderFailed')).toEqual([]);
  });

  it('checks Retry as well', () => {
    const Retry = [{ ErrorEquals: ['Lambda.Throttled'] }];
    expect(impossibleErrors({ ...task('lambda:invoke'), Retry }, [])).toEqual(['Lambda.Throttled']);
  });
});
