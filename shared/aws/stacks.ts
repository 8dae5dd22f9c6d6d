import {
  type Capability,
  type CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';

/** A CloudFormation stack, as much of it as the coordinator decides on. */
export interface StackState {
  readonly stackId: string;
  readonly name: string;
  readonly status: string;
  readonly statusReason: string;
  /** When the latest update began, ms since the epoch; undefined for a stack that was never updated. */
  readonly lastUpdatedAt: number | undefined;
  /** ms since the epoch */
  readonly createdAt: number;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly roleArn: string | undefined;
  /** Topics that are told of the stack's events. */
  readonly notificationArns: readonly string[];
}

/** What a stack is put back to. */
export interface StackRestore {
  readonly stack: string;
  readonly templateUrl: string;
  /** A parameter without a value keeps the one it has. */
  readonly parameters: readonly { readonly key: string; readonly value?: string | undefined }[];
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  /** Left out, the stack keeps the ones it has. */
  readonly notificationArns?: readonly string[] | undefined;
  readonly token: string;
}

/** CloudFormation, as the coordinator uses it. */
export class Stacks {
  readonly #client: CloudFormationClient;

  constructor(client: CloudFormationClient) {
    this.#client = client;
  }

  async describe(stack: string): Promise<StackState> {
    const { Stacks: [found] = [] } = await this.#client.send(new DescribeStacksCommand({ StackName: stack }));
    return {
      stackId: found?.StackId ?? '',
      name: found?.StackName ?? stack,
      status: found?.StackStatus ?? '',
      statusReason: found?.StackStatusReason ?? '',
      lastUpdatedAt: found?.LastUpdatedTime?.getTime(),
      createdAt: found?.CreationTime?.getTime() ?? 0,
      parameters: (found?.Parameters ?? []).map((parameter) => ({
        key: parameter.ParameterKey ?? '',
        value: parameter.ParameterValue ?? '',
      })),
      capabilities: found?.Capabilities ?? [],
      tags: (found?.Tags ?? []).map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' })),
      roleArn: found?.RoleARN,
      notificationArns: found?.NotificationARNs ?? [],
    };
  }

  /** The template as it was handed in; the processed one could not be deployed again by SAM. */
  async template(stack: string): Promise<string> {
    const { TemplateBody = '' } = await this.#client.send(
      new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
    );
    return TemplateBody;
  }

  /** Physical ids of the stack's resources by logical id. */
  async physicalIds(stack: string): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>();
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new ListStackResourcesCommand({ StackName: stack, ...(token && { NextToken: token }) }),
      );
      for (const { LogicalResourceId, PhysicalResourceId } of page.StackResourceSummaries ?? []) {
        if (LogicalResourceId && PhysicalResourceId) ids.set(LogicalResourceId, PhysicalResourceId);
      }
      token = page.NextToken;
    } while (token);
    return ids;
  }

  /**
   * Client request token of the operation that a stack was in at a time, ms since the epoch: an event may come so
   * late that other operations have followed.
   */
  async tokenAt(stack: string, time: number): Promise<string | undefined> {
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new DescribeStackEventsCommand({ StackName: stack, ...(token && { NextToken: token }) }),
      );
      // Newest first (CloudFormation API reference, DescribeStackEvents).
      const before = page.StackEvents?.find(({ Timestamp }) => (Timestamp?.getTime() ?? 0) <= time);
      if (before) return before.ClientRequestToken;
      token = page.NextToken;
    } while (token);
    return undefined;
  }

  /** Client request token of the latest operation on a stack; undefined where it had none. */
  async latestToken(stack: string): Promise<string | undefined> {
    const { StackEvents = [] } = await this.#client.send(
      new DescribeStackEventsCommand({ StackName: stack }),
    );
    return StackEvents[0]?.ClientRequestToken;
  }

  /**
   * Starts an update to a saved template, by the service role the stack was last deployed with (CloudFormation
   * keeps it where none is named). A stack that is there already and a token that was used already
   * (the answer to the first call was lost) are no errors.
   */
  async update(restore: StackRestore): Promise<'started' | 'already-there'> {
    try {
      await this.#client.send(
        new UpdateStackCommand({
          StackName: restore.stack,
          TemplateURL: restore.templateUrl,
          Parameters: restore.parameters.map(({ key, value }) =>
            value === undefined
              ? { ParameterKey: key, UsePreviousValue: true }
              : { ParameterKey: key, ParameterValue: value },
          ),
          Capabilities: [...restore.capabilities] as Capability[],
          Tags: restore.tags.map(({ key, value }) => ({ Key: key, Value: value })),
          ...(restore.notificationArns && { NotificationARNs: [...restore.notificationArns] }),
          ClientRequestToken: restore.token,
        }),
      );
      return 'started';
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'ValidationError' && message.includes('No updates are to be performed'))
        return 'already-there';
      if (name === 'TokenAlreadyExistsException') return 'started';
      throw error;
    }
  }
}
