import { SendTaskSuccessCommand, type SFNClient, TaskDoesNotExist, TaskTimedOut } from '@aws-sdk/client-sfn';

/** Tokens of `.waitForTaskToken` tasks: a token lets its holder end the task. They are kept in the ledger only. */
export class TaskTokens {
  readonly #client: SFNClient;

  constructor(client: SFNClient) {
    this.#client = client;
  }

  /**
   * Ends a waiting task with an output.
   *
   * @returns false if it no longer waits: it was answered, timed out or was stopped
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
