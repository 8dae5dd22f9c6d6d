import type {
  DeleteStateMachineVersionInput,
  DescribeExecutionInput,
  DescribeMapRunInput,
  DescribeStateMachineAliasInput,
  ListExecutionsInput,
  StartExecutionInput,
} from '@aws-sdk/client-sfn';
import { on, type Requirement, type Requirements } from './required-permission.ts';

/**
 * Permissions for calls of Step Functions; a task's token is no resource.
 *
 * Source: Service Authorization Reference, "AWS Step Functions".
 */
export const statesPermissions: Requirements = {
  StartExecution: onMachine('StartExecution'),
  DescribeStateMachine: onMachine('DescribeStateMachine'),
  UpdateStateMachine: onMachine('UpdateStateMachine'),
  PublishStateMachineVersion: onMachine('PublishStateMachineVersion'),
  DescribeStateMachineAlias: onAlias('DescribeStateMachineAlias'),
  UpdateStateMachineAlias: onAlias('UpdateStateMachineAlias'),
  DeleteStateMachineVersion: ({ stateMachineVersionArn = '' }: DeleteStateMachineVersionInput) => [
    on('states:DeleteStateMachineVersion', stateMachineVersionArn),
  ],
  ListExecutions: ({ stateMachineArn, mapRunArn }: ListExecutionsInput) => [
    on('states:ListExecutions', stateMachineArn ?? mapRunArn ?? ''),
  ],
  DescribeExecution: onExecution('DescribeExecution'),
  StopExecution: onExecution('StopExecution'),
  RedriveExecution: onExecution('RedriveExecution'),
  GetExecutionHistory: onExecution('GetExecutionHistory'),
  ListMapRuns: onExecution('ListMapRuns'),
  DescribeMapRun: ({ mapRunArn = '' }: DescribeMapRunInput) => [on('states:DescribeMapRun', mapRunArn)],
  SendTaskSuccess: () => [on('states:SendTaskSuccess', '*')],
  SendTaskFailure: () => [on('states:SendTaskFailure', '*')],
  SendTaskHeartbeat: () => [on('states:SendTaskHeartbeat', '*')],
  ListStateMachines: () => [on('states:ListStateMachines', '*')],
};

function onMachine(operation: string): Requirement {
  return ({ stateMachineArn = '' }: Pick<StartExecutionInput, 'stateMachineArn'>) => [
    on(`states:${operation}`, stateMachineArn),
  ];
}

function onAlias(operation: string): Requirement {
  return ({ stateMachineAliasArn = '' }: Pick<DescribeStateMachineAliasInput, 'stateMachineAliasArn'>) => [
    on(`states:${operation}`, stateMachineAliasArn),
  ];
}

function onExecution(operation: string): Requirement {
  return ({ executionArn = '' }: Pick<DescribeExecutionInput, 'executionArn'>) => [
    on(`states:${operation}`, executionArn),
  ];
}
