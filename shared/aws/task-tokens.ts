import { SendTaskSuccessCommand, type SFNClient, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';

/** Tokens of `.waitForTaskToken` tasks: whoever has one ends the task. They are kept in the ledger only. */
export class TaskTokens {
  readonly #client: SFNClient;

  constructor(client: SFNClient) {
    this.#client = client;
  }

  /**
   * Ends a waiting task with an output.
   *
   * @returns false where it does not wait any more: it was answered, timed out or stopped before
   */
  async succeed(taskToken: string, output: object): Promise<boolean> {
    try {
      await this.#client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
      return true;
    } catch (error) {
      if (error instanceof TaskTimedOut || error instanceof TaskDoesNotExist) return false;
      throw error;
    }
  }
}
