import type { VirtualClock } from '../clock/virtual-clock.ts';
import type { SeededRandom } from '../random/seeded-random.ts';

/** Which state of which execution asks for something. */
export interface TaskContext {
  readonly executionArn: string;
  /** The machine's ARN; of a Distributed Map's child, the one with the label. */
  readonly stateMachineArn: string;
  /** Name of the machine the definition belongs to. */
  readonly stateMachineName: string;
  /** The role the machine runs with. */
  readonly roleArn: string;
  readonly stateName: string;
  /** 0 at first, then the number of retries taken. */
  readonly retryCount: number;
}

/** The world around the engine: time, chance, and whatever its tasks reach. */
export interface EngineHost {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;

  /**
   * Performs the request of a Task the engine does not do itself, such as `arn:aws:states:::lambda:invoke` or
   * `arn:aws:states:::aws-sdk:codedeploy:getDeployment` (a pattern suffix is already taken off).
   *
   * `args` are the evaluated Arguments, the host's own copy. The answer becomes `$states.result` by way of
   * JSON. Throws `AslError` to fail the task; anything else thrown counts as a defect and fails the execution
   * with `States.Runtime`. An answer that comes after the execution gave the task up is ignored.
   */
  callResource(resource: string, args: unknown, context: TaskContext): Promise<unknown>;

  /** The text of an S3 object, for the ItemReader of a Distributed Map. Throws `AslError` to refuse. */
  readObject(bucket: string, key: string, context: TaskContext): Promise<string>;

  /**
   * Throws `AslError` where the machine's role may not do what the engine is about to do by itself:
   * `states:StartExecution`, `states:DescribeExecution`, `states:StopExecution` or `states:RedriveExecution` on
   * `resource`, an ARN. Without it, everything is allowed.
   */
  authorize?(action: string, resource: string, context: TaskContext): void | Promise<void>;
}
