import { type LambdaClient, ListTagsCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';

/** The stack that made a function, and the function's name in its template. */
export interface FunctionOrigin {
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
}

/** The tags of functions, as the coordinator uses them. */
export class FunctionTags {
  readonly #client: LambdaClient;
  readonly #arnPrefix: string;

  /** @param arnPrefix what stands before a function's name in its ARN: `arn:…:function:` */
  constructor(client: LambdaClient, arnPrefix: string) {
    this.#client = client;
    this.#arnPrefix = arnPrefix;
  }

  /**
   * Which stack made a function, by the tags that CloudFormation gives to everything it makes (user guide, "Resource
   * tag"). Nobody else can set a tag that begins with `aws:`.
   *
   * @returns undefined for a function that no stack made, or that is gone
   */
  async originOf(functionName: string): Promise<FunctionOrigin | undefined> {
    try {
      const { Tags: tags = {} } = await this.#client.send(
        new ListTagsCommand({ Resource: `${this.#arnPrefix}${functionName}` }),
      );
      const stackName = tags['aws:cloudformation:stack-name'];
      if (!stackName) return undefined;
      return {
        stackName,
        stackId: tags['aws:cloudformation:stack-id'] ?? stackName,
        logicalId: tags['aws:cloudformation:logical-id'] ?? '',
      };
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}
