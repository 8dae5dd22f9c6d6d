import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { executionUrl } from '../shared/mail/links.ts';
import { causeInWords } from '../shared/task-failure.ts';
import { CannotDo } from './cannot-do.ts';
import type { Coordinator } from './find-coordinator.ts';
import type { Terminal } from './terminal.ts';

/** An execution that has ended, or still runs after the time allowed. */
export interface Execution {
  readonly executionArn: string;
  /** The page of the Step Functions console. */
  readonly url: string;
  readonly status: string;
  /** The output of a successful execution. */
  readonly output: unknown;
  /** The state in which it failed, e.g. `NeedsPerson`. */
  readonly error: string | undefined;
  readonly cause: string;
}

/** Starts the machines that a person may also start in the Step Functions console, with the person's own rights. */
export class Machines {
  readonly #client: SFNClient;
  readonly #coordinator: Coordinator;
  readonly #terminal: Terminal;

  constructor(coordinator: Coordinator, terminal: Terminal) {
    this.#client = new SFNClient(coordinator.clientConfig);
    this.#coordinator = coordinator;
    this.#terminal = terminal;
  }

  /**
   * Starts a machine and waits for its end.
   *
   * @param output the name of the machine among the outputs of the coordinator's stack
   * @param waitMs longest wait
   * @throws CannotDo if the machine refuses the input
   */
  async run(
    output: 'CoordinateRollback' | 'RecordRelease',
    input: { readonly service?: string | undefined; readonly [field: string]: unknown },
    waitMs: number,
  ): Promise<Execution> {
    const began = this.#terminal.now();
    // Under a name of its own, so that a repeated start does not start a second execution.
    const moment = new Date(began).toISOString().replace(/\D/g, '');
    const { executionArn = '' } = await this.#client.send(
      new StartExecutionCommand({
        stateMachineArn: this.#coordinator.output(output),
        name: `by-hand-${(input.service ?? 'all').slice(0, 50)}-${moment}`,
        input: JSON.stringify(input),
      }),
    );
    for (;;) {
      const found = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
      const { status = 'RUNNING', error, cause } = found;
      const elapsed = this.#terminal.now() - began;
      if (status === 'RUNNING' && elapsed < waitMs) {
        await this.#terminal.sleep(Math.min(15_000, Math.max(1000, elapsed / 4)));
        continue;
      }
      if (error === 'InputRejected') throw new CannotDo(causeInWords(cause));
      return {
        executionArn,
        url: executionUrl(executionArn),
        status,
        output: found.output === undefined ? undefined : JSON.parse(found.output),
        error: error ?? undefined,
        cause: causeInWords(cause),
      };
    }
  }
}
