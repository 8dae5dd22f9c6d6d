import {
  CancelUpdateStackCommand,
  type Capability,
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  ListStackResourcesCommand,
  RollbackStackCommand,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { isBeginning, type StackHistory, stackHistory } from './stack-history.ts';

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

/** Whether a stack is in a state from which the next deployment can go on. */
export function isAtRest({ status }: Pick<StackState, 'status'>): boolean {
  return status.endsWith('_COMPLETE') && status !== 'ROLLBACK_COMPLETE' && status !== 'DELETE_COMPLETE';
}

/** Whether an update of a stack is under way and may yet fail, or is being rolled back; cleaning up changes nothing more. */
export function isMoving({ status }: Pick<StackState, 'status'>): boolean {
  return status.endsWith('_IN_PROGRESS') && !status.endsWith('_CLEANUP_IN_PROGRESS');
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
    const isBefore = ({ Timestamp }: StackEvent) => (Timestamp?.getTime() ?? 0) <= time;
    const events = await this.#eventsBackTo(stack, isBefore);
    return events.find(isBefore)?.ClientRequestToken;
  }

  /** What came of the latest update of a stack, from its events. */
  async history(stack: string): Promise<StackHistory> {
    return stackHistory(await this.#eventsBackTo(stack, isBeginning));
  }

  /** The events of a stack, newest first, up to the first one that is `last`; all of them where none is. */
  async #eventsBackTo(stack: string, last: (event: StackEvent) => boolean): Promise<StackEvent[]> {
    const events: StackEvent[] = [];
    let token: string | undefined;
    do {
      const { StackEvents = [], NextToken } = await this.#client.send(
        new DescribeStackEventsCommand({ StackName: stack, ...(token && { NextToken: token }) }),
      );
      const end = StackEvents.findIndex(last);
      if (end >= 0) return [...events, ...StackEvents.slice(0, end + 1)];
      events.push(...StackEvents);
      token = NextToken;
    } while (token);
    return events;
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
  /** Gives up the update that a stack is in, so that it rolls itself back. */
  async cancelUpdate(stack: string, token: string): Promise<Requested> {
    return request(() =>
      this.#client.send(new CancelUpdateStackCommand({ StackName: stack, ClientRequestToken: token })),
    );
  }

  /**
   * Rolls back an update that was left standing where it failed. Only ever asked for where there is a state to go back
   * to: a stack without one is deleted by this call (CloudFormation API reference, RollbackStack).
   */
  async rollBack(stack: string, token: string): Promise<Requested> {
    return request(() =>
      this.#client.send(new RollbackStackCommand({ StackName: stack, ClientRequestToken: token })),
    );
  }

  /** Goes on with a rollback that failed; the resources of `skip` stay as they are and count as put back. */
  async continueRollback(stack: string, skip: readonly string[], token: string): Promise<Requested> {
    return request(() =>
      this.#client.send(
        new ContinueUpdateRollbackCommand({
          StackName: stack,
          ...(skip.length > 0 && { ResourcesToSkip: [...skip] }),
          ClientRequestToken: token,
        }),
      ),
    );
  }
}

/** `too-late`: the stack is in another state by now, and nothing was changed. */
export type Requested = 'started' | 'too-late';

/** A token that was used already (the answer to the first call was lost) is no error. */
async function request(send: () => Promise<unknown>): Promise<Requested> {
  try {
    await send();
    return 'started';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'TokenAlreadyExistsException') return 'started';
    // CloudFormation has one error for everything it refuses; only the message tells them apart.
    if (name === 'ValidationError' && /\b(status|state)\b/.test(message)) return 'too-late';
    throw error;
  }
}
