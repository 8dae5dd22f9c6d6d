import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type ExecutionStatus,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { causeInWords } from '../task-failure.ts';

/** Status of an execution, and the reason of its end. */
export interface ExecutionState {
  readonly status: ExecutionStatus;
  readonly error?: string | null | undefined;
  readonly cause?: string | null | undefined;
  /** ms since the epoch; undefined while the execution runs */
  readonly endedAt?: number | undefined;
}

/** The reason why an execution ended, in words. */
export function whyEnded({
  status,
  error,
  cause,
}: Pick<ExecutionState, 'status' | 'error' | 'cause'>): string {
  return [`the execution ended ${status}`, error, causeInWords(cause)].filter(Boolean).join(': ');
}

/** Executions of the coordinator's own machines. */
export class Executions {
  readonly #client: SFNClient;

  constructor(client: SFNClient) {
    this.#client = client;
  }

  /**
   * Starts an execution under a name of its own. An execution of that name that runs with the same input, or has ended, is
   * no error: its work is taken care of.
   *
   * @returns false if there was one already that has ended or has another input
   */
  async start(stateMachineArn: string, name: string, input: object): Promise<boolean> {
    try {
      await this.#client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
      );
      return true;
    } catch (error) {
      if (error instanceof ExecutionAlreadyExists) return false;
      throw error;
    }
  }

  /** The state of an execution; undefined if there is none. */
  async find(executionArn: string): Promise<ExecutionState | undefined> {
    try {
      const found = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      return {
        status: found.status ?? 'RUNNING',
        error: found.error,
        cause: found.cause,
        endedAt: found.stopDate?.getTime(),
      };
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  }
}

/** ARN of a machine's execution, by its name. */
export function executionArn(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}
