import { type LambdaClient, ListTagsCommand, ResourceNotFoundException } from '@aws-sdk/client-lambda';

/** The stack that created a function, and the function's logical id in its template. */
export interface FunctionOrigin {
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
}

/** The tags of functions, as the coordinator uses them. */
export class FunctionTags {
  readonly #client: LambdaClient;
  readonly #arnPrefix: string;

  /** @param arnPrefix the part of an ARN before the function's name: `arn:…:function:` */
  constructor(client: LambdaClient, arnPrefix: string) {
    this.#client = client;
    this.#arnPrefix = arnPrefix;
  }

  /**
   * The stack that created a function, by the tags that CloudFormation gives to every resource (user guide, "Resource tag").
   * Nobody else can set a tag that begins with `aws:`.
   *
   * @returns undefined if no stack created the function, or it is gone
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
