import {
  CancelUpdateStackCommand,
  type Capability,
  ChangeSetNotFoundException,
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  InvalidChangeSetStatusException,
  ListExportsCommand,
  ListImportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  type RollbackConfiguration,
  RollbackStackCommand,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import type { StackChange } from '../stack/change-set.ts';
import type { StackExport } from '../stack/stack-exchange.ts';
import type { RollbackTriggers } from '../targets/cloudformation/shapes.ts';
import {
  isBeginning,
  isOfStack,
  type StackActivity,
  type StackHistory,
  stackHistory,
} from './stack-history.ts';

/** A CloudFormation stack, with the fields that the coordinator decides on. */
export interface StackState {
  readonly stackId: string;
  readonly name: string;
  /** Id of the root stack; undefined if this stack is not nested. */
  readonly rootId?: string | undefined;
  readonly status: string;
  readonly statusReason: string;
  /** Start of the latest update, ms since the epoch; undefined for a stack that was never updated. */
  readonly lastUpdatedAt: number | undefined;
  /** ms since the epoch */
  readonly createdAt: number;
  readonly parameters: readonly { readonly key: string; readonly value: string }[];
  readonly capabilities: readonly string[];
  readonly tags: readonly { readonly key: string; readonly value: string }[];
  readonly roleArn: string | undefined;
  /** Topics that receive the stack's events. */
  readonly notificationArns: readonly string[];
  /** Undefined if the stack has none. */
  readonly triggers: RollbackTriggers | undefined;
}

/** A resource of a stack. */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status?: string | undefined;
  /** Time of the latest status change, ms since the epoch. */
  readonly updatedAt?: number | undefined;
}

/** Whether a stack is in a state from which the next deployment can go on. */
export function isAtRest({ status }: Pick<StackState, 'status'>): boolean {
  return status.endsWith('_COMPLETE') && status !== 'ROLLBACK_COMPLETE' && status !== 'DELETE_COMPLETE';
}

/**
 * Whether an update of a stack is under way and may still fail, or is being rolled back; cleaning up changes nothing more.
 */
export function isMoving({ status }: Pick<StackState, 'status'>): boolean {
  return status.endsWith('_IN_PROGRESS') && !status.endsWith('_CLEANUP_IN_PROGRESS');
}

/**
 * The target state of a stack. Tags and topics are never sent: left out, they stay as they are (CloudFormation API
 * reference, UpdateStack). The template has no transform, so IAM's capabilities are enough.
 */
export interface StackGoal {
  readonly stack: string;
  readonly templateUrl: string;
  /** A parameter without a value keeps its value. */
  readonly parameters: readonly { readonly key: string; readonly value?: string | undefined }[];
  /** Triggers from this update on; left out, the stack keeps its own. */
  readonly triggers?: RollbackTriggers | undefined;
  /** Service role for this and all later operations; left out, the stack keeps its own, or none. */
  readonly roleArn?: string | undefined;
}

/** The state of a change set. */
export interface ChangeSetState {
  /**
   * `making`: not complete yet; `ready`: can be executed; `executing`: the stack, as read, does not show it yet; `empty`:
   * nothing would change; `outdated`: the stack was updated since; `failed`: CloudFormation could not make it.
   */
  readonly is: 'making' | 'ready' | 'executing' | 'empty' | 'outdated' | 'failed';
  readonly reason: string;
  readonly changes: readonly StackChange[];
}

/** Whether CloudFormation refused a call because the stack does not exist: only the message shows it. */
export function isStackMissing(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ValidationError' && message.includes('does not exist');
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
      ...(found?.RootId && { rootId: found.RootId }),
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
      triggers: triggersOf(found?.RollbackConfiguration),
    };
  }

  /** The template as it was submitted; SAM could not deploy the processed one again. */
  async template(stack: string): Promise<string> {
    const { TemplateBody = '' } = await this.#client.send(
      new GetTemplateCommand({ StackName: stack, TemplateStage: 'Original' }),
    );
    return TemplateBody;
  }

  /** The template after its transforms, as the stack has it now: it can be applied without any of them. */
  async processedTemplate(stack: string): Promise<string> {
    const { TemplateBody = '' } = await this.#client.send(
      new GetTemplateCommand({ StackName: stack, TemplateStage: 'Processed' }),
    );
    return TemplateBody;
  }

  /** The stack policy in force, JSON; undefined if there is none. */
  async policy(stack: string): Promise<string | undefined> {
    const { StackPolicyBody } = await this.#client.send(new GetStackPolicyCommand({ StackName: stack }));
    return StackPolicyBody || undefined;
  }

  /** Asks for the changes that an update would make. An existing change set of this name is no error. */
  async createChangeSet(goal: StackGoal, name: string): Promise<void> {
    try {
      await this.#client.send(
        new CreateChangeSetCommand({ ...requestOf(goal), ChangeSetName: name, ChangeSetType: 'UPDATE' }),
      );
    } catch (error) {
      if ((error as Error).name !== 'AlreadyExistsException') throw error;
    }
  }

  /** A change set with all its changes; undefined if there is none of this name. */
  async changeSet(stack: string, name: string): Promise<ChangeSetState | undefined> {
    const changes: StackChange[] = [];
    let token: string | undefined;
    do {
      const page = await this.#describeChangeSet(stack, name, token);
      if (!page) return undefined;
      const { Status = '', ExecutionStatus = '', StatusReason: reason = '' } = page;
      if (Status === 'CREATE_PENDING' || Status === 'CREATE_IN_PROGRESS') {
        return { is: 'making', reason, changes };
      }
      if (Status === 'FAILED' && noChanges.test(reason)) return { is: 'empty', reason, changes };
      if (ExecutionStatus === 'EXECUTE_IN_PROGRESS' || ExecutionStatus === 'EXECUTE_COMPLETE') {
        return { is: 'executing', reason, changes };
      }
      if (Status !== 'CREATE_COMPLETE' || ExecutionStatus !== 'AVAILABLE') {
        const is = Status === 'CREATE_COMPLETE' ? 'outdated' : 'failed';
        return { is, reason: reason || `${Status}, ${ExecutionStatus}`, changes };
      }
      for (const { ResourceChange: change } of page.Changes ?? []) {
        changes.push({
          action: change?.Action ?? '',
          logicalId: change?.LogicalResourceId ?? '',
          type: change?.ResourceType ?? '',
          replacement: change?.Replacement,
          scope: change?.Scope ?? [],
          nested: change?.ChangeSetId !== undefined,
        });
      }
      token = page.NextToken;
    } while (token);
    return { is: 'ready', reason: '', changes };
  }

  async #describeChangeSet(stack: string, name: string, token: string | undefined) {
    try {
      return await this.#client.send(
        new DescribeChangeSetCommand({
          StackName: stack,
          ChangeSetName: name,
          ...(token && { NextToken: token }),
        }),
      );
    } catch (error) {
      if (error instanceof ChangeSetNotFoundException) return undefined;
      throw error;
    }
  }

  /** Executes a change set; all events of the update carry the token. */
  async executeChangeSet(stack: string, name: string, token: string): Promise<Requested> {
    return request(() =>
      this.#client.send(
        new ExecuteChangeSetCommand({ StackName: stack, ChangeSetName: name, ClientRequestToken: token }),
      ),
    );
  }

  /** Deletes a change set; a missing one is no error. */
  async deleteChangeSet(stack: string, name: string): Promise<void> {
    await this.#client.send(new DeleteChangeSetCommand({ StackName: stack, ChangeSetName: name }));
  }

  /** Physical ids of the stack's resources by logical id. */
  async physicalIds(stack: string): Promise<ReadonlyMap<string, string>> {
    const resources = await this.resources(stack);
    return new Map(resources.map(({ logicalId, physicalId }) => [logicalId, physicalId]));
  }

  /** Names of the existing stacks. */
  async names(): Promise<string[]> {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.#client.send(new ListStacksCommand({ ...(token && { NextToken: token }) }));
      for (const { StackName, StackStatus } of page.StackSummaries ?? []) {
        // Deleted stacks are listed for 90 days.
        if (StackName && StackStatus !== 'DELETE_COMPLETE') names.push(StackName);
      }
      token = page.NextToken;
    } while (token);
    return names;
  }

  /** The existing resources of a stack. */
  async resources(stack: string): Promise<StackResource[]> {
    const resources: StackResource[] = [];
    let token: string | undefined;
    do {
      const page = await this.#client.send(
        new ListStackResourcesCommand({ StackName: stack, ...(token && { NextToken: token }) }),
      );
      for (const summary of page.StackResourceSummaries ?? []) {
        const { LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceType: type } = summary;
        if (!logicalId || !physicalId || summary.ResourceStatus === 'DELETE_COMPLETE') continue;
        const { ResourceStatus: status, LastUpdatedTimestamp: updatedAt } = summary;
        resources.push({ logicalId, physicalId, type: type ?? '', status, updatedAt: updatedAt?.getTime() });
      }
      token = page.NextToken;
    } while (token);
    return resources;
  }

  /**
   * The operation of a stack at a time, ms since the epoch, from its events: an event of CodeDeploy may arrive so late that
   * other operations have followed.
   *
   * @returns undefined if the stack's events do not go back so far
   */
  async activityAt(stack: string, time: number): Promise<StackActivity | undefined> {
    const isLatest = (event: StackEvent) => isOfStack(event) && (event.Timestamp?.getTime() ?? 0) <= time;
    const latest = (await this.#eventsBackTo(stack, isLatest)).find(isLatest);
    return latest && { status: latest.ResourceStatus ?? '', token: latest.ClientRequestToken };
  }

  /** The latest update of a stack and its consequences. */
  async history(stack: string): Promise<StackHistory> {
    return stackHistory(await this.#eventsBackTo(stack, isBeginning));
  }

  /** The events of a stack, newest first, up to the first that satisfies `last`; all of them if none does. */
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
   * Starts an update under a temporary stack policy. A stack already in its target state and a token that was used before
   * (the answer to the first call was lost) are no errors.
   *
   * @param policy JSON; in force during this update only
   * @param takesBackNew whether a failure also deletes resources that the update created and the template says to retain
   */
  async update(
    goal: StackGoal,
    policy: string,
    token: string,
    takesBackNew = false,
  ): Promise<Requested | 'already-there'> {
    try {
      return await request(() =>
        this.#client.send(
          new UpdateStackCommand({
            ...requestOf(goal),
            StackPolicyDuringUpdateBody: policy,
            ...(takesBackNew && { RetainExceptOnCreate: true }),
            ClientRequestToken: token,
          }),
        ),
      );
    } catch (error) {
      const { name, message } = error as Error;
      if (name === 'ValidationError' && noChanges.test(message)) return 'already-there';
      throw error;
    }
  }

  /** Every value exported by a stack of the account and Region. */
  async exports(): Promise<StackExport[]> {
    const found: StackExport[] = [];
    let token: string | undefined;
    do {
      const page = await this.#client.send(new ListExportsCommand({ ...(token && { NextToken: token }) }));
      for (const { Name: name = '', Value: value = '', ExportingStackId: stackId = '' } of page.Exports ??
        []) {
        found.push({ name, value, stackId });
      }
      token = page.NextToken;
    } while (token);
    return found;
  }

  /**
   * Names of the stacks that import an export. CloudFormation answers an export without importers with an error; here the
   * list is empty.
   */
  async importersOf(name: string): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    try {
      do {
        const page = await this.#client.send(
          new ListImportsCommand({ ExportName: name, ...(token && { NextToken: token }) }),
        );
        found.push(...(page.Imports ?? []));
        token = page.NextToken;
      } while (token);
    } catch (error) {
      const { name: kind, message } = error as Error;
      if (kind === 'ValidationError' && /is not imported by any stack/.test(message)) return [];
      throw error;
    }
    return found;
  }

  /** Cancels the running update of a stack, which then rolls back. */
  async cancelUpdate(stack: string, token: string): Promise<Requested> {
    return request(() =>
      this.#client.send(new CancelUpdateStackCommand({ StackName: stack, ClientRequestToken: token })),
    );
  }

  /**
   * Rolls back a failed update that CloudFormation left standing. Only for a stack with a state to go back to: this call
   * deletes a stack without one (CloudFormation API reference, RollbackStack).
   *
   * @param roleArn service role that the stack keeps from then on
   */
  async rollBack(stack: string, token: string, roleArn?: string): Promise<Requested> {
    return request(() =>
      this.#client.send(
        new RollbackStackCommand({
          StackName: stack,
          ClientRequestToken: token,
          ...(roleArn && { RoleARN: roleArn }),
        }),
      ),
    );
  }

  /**
   * Continues a rollback that failed; the resources of `skip` stay as they are and count as restored.
   *
   * @param roleArn service role that the stack keeps from then on
   */
  async continueRollback(
    stack: string,
    skip: readonly string[],
    token: string,
    roleArn?: string,
  ): Promise<Requested> {
    return request(() =>
      this.#client.send(
        new ContinueUpdateRollbackCommand({
          StackName: stack,
          ...(skip.length > 0 && { ResourcesToSkip: [...skip] }),
          ClientRequestToken: token,
          ...(roleArn && { RoleARN: roleArn }),
        }),
      ),
    );
  }
}

/** CloudFormation's messages for an update without changes. */
const noChanges = /didn't contain changes|No updates are to be performed/;

/** A template without a transform needs no other capability (CloudFormation API reference, CreateChangeSet). */
const capabilities: Capability[] = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'];

/** A stack without alarms may still have minutes: CloudFormation waits for so long at the end of every update. */
function triggersOf({
  RollbackTriggers: alarms = [],
  MonitoringTimeInMinutes: minutes = 0,
}: RollbackConfiguration = {}): RollbackTriggers | undefined {
  if (alarms.length === 0 && minutes === 0) return undefined;
  return { alarms: alarms.map(({ Arn = '', Type = '' }) => ({ arn: Arn, type: Type })), minutes };
}

function requestOf({ stack, templateUrl, parameters, triggers, roleArn }: StackGoal) {
  return {
    StackName: stack,
    TemplateURL: templateUrl,
    Parameters: parameters.map(({ key, value }) =>
      value === undefined
        ? { ParameterKey: key, UsePreviousValue: true }
        : { ParameterKey: key, ParameterValue: value },
    ),
    Capabilities: capabilities,
    ...(triggers && {
      RollbackConfiguration: {
        RollbackTriggers: triggers.alarms.map(({ arn, type }) => ({ Arn: arn, Type: type })),
        MonitoringTimeInMinutes: triggers.minutes,
      },
    }),
    ...(roleArn && { RoleARN: roleArn }),
  };
}

/** `too-late`: the stack has changed its state, and nothing was changed. */
export type Requested = 'started' | 'too-late';

/** A token that was used before (the answer to the first call was lost) is no error. */
async function request(send: () => Promise<unknown>): Promise<Requested> {
  try {
    await send();
    return 'started';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'TokenAlreadyExistsException') return 'started';
    if (error instanceof InvalidChangeSetStatusException || error instanceof ChangeSetNotFoundException) {
      return 'too-late';
    }
    // CloudFormation has one error for all refusals; only the message distinguishes them.
    if (name === 'ValidationError' && /\b(status|state)\b/.test(message)) return 'too-late';
    throw error;
  }
}

/**
 * Logical ids of the resources with the physical id of an alias: the alias itself, and a function URL of it.
 *
 * @param ids physical ids by logical id, as {@link Stacks.physicalIds} reads them
 */
export function idsOfAlias(ids: ReadonlyMap<string, string>, functionName: string, alias: string): string[] {
  const suffix = `:function:${functionName}:${alias}`;
  return [...ids].flatMap(([logicalId, physicalId]) => (physicalId.endsWith(suffix) ? [logicalId] : []));
}
