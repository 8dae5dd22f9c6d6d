import { awsCommand, type Command } from './command.ts';

const machines = [
  'monitor-deployment',
  'coordinate-rollback',
  'execute-plan',
  'roll-back-service',
  'record-release',
  'answer-approval',
] as const;

/** The machines that a person starts, by the names that template.yaml appends to its parameter `Name`. */
export type StartedByHand = Extract<
  (typeof machines)[number],
  'coordinate-rollback' | 'record-release' | 'answer-approval'
>;

/** The Region of an ARN. */
export function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/**
 * The parameter `Name` of a coordinator, with which the names of its machines begin: `arn:…:execution:NAME-MACHINE:…`. A
 * child of a Distributed Map has `/LABEL` after the machine.
 */
function nameOf(executionArn: string): string {
  const [machine = ''] = (executionArn.split(':')[6] ?? '').split('/');
  const end = machines.find((one) => machine.endsWith(`-${one}`));
  return end === undefined ? 'rollback-coordinator' : machine.slice(0, -end.length - 1);
}

/**
 * The ARN of a machine of a coordinator.
 *
 * @param ofCoordinator ARN of any execution of the coordinator
 */
export function machineArn(ofCoordinator: string, machine: StartedByHand): string {
  const account = ofCoordinator.split(':').slice(0, 5).join(':');
  return `${account}:stateMachine:${nameOf(ofCoordinator)}-${machine}`;
}

/**
 * The command that starts a machine of an execution's coordinator.
 *
 * @param ofCoordinator ARN of any execution of the coordinator
 */
export function startCommand(ofCoordinator: string, machine: StartedByHand, input: object): Command {
  return awsCommand({ region: regionOf(ofCoordinator) }, 'stepfunctions start-execution', {
    'state-machine-arn': machineArn(ofCoordinator, machine),
    input: { json: input },
  });
}
