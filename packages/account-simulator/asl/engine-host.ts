import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { SeededRandom } from '../random/seeded-random.ts';

/** The state and execution that make a request. */
export interface TaskContext {
  readonly executionArn: string;
  /** The machine's ARN; for a child of a Distributed Map, the ARN with the label. */
  readonly stateMachineArn: string;
  /** Name of the machine that the definition belongs to. */
  readonly stateMachineName: string;
  /** The role the machine runs with. */
  readonly roleArn: string;
  readonly stateName: string;
  /** The number of retries taken; 0 on the first attempt. */
  readonly retryCount: number;
}

/** The surroundings of the engine: time, chance, and the services that its tasks call. */
export interface EngineHost {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;

  /**
   * Performs the request of a Task that the engine does not perform itself, such as `arn:aws:states:::lambda:invoke` or
   * `arn:aws:states:::aws-sdk:codedeploy:getDeployment` (without a pattern suffix).
   *
   * `args` are the evaluated Arguments, as a copy that the host may change. The result becomes `$states.result` after a
   * round trip through JSON. Throws `AslError` to fail the task; any other error counts as a defect and fails the execution
   * with `States.Runtime`. A result that arrives after the execution abandoned the task is ignored.
   */
  callResource(resource: string, args: unknown, context: TaskContext): Promise<unknown>;

  /** The text of an S3 object, for the ItemReader of a Distributed Map. Throws `AslError` to refuse the read. */
  readObject(bucket: string, key: string, context: TaskContext): Promise<string>;

  /**
   * Throws `AslError` where the machine's role may not perform a call that the engine makes itself: `states:StartExecution`,
   * `states:DescribeExecution`, `states:StopExecution` or `states:RedriveExecution` on `resource`, an ARN. Without this
   * method, everything is allowed.
   */
  authorize?(action: string, resource: string, context: TaskContext): void | Promise<void>;
}
