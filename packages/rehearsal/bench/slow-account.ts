import { AwsError } from 'account-simulator/account/service.ts';
import type { Interceptor } from 'account-simulator/account/wire/wire.ts';

/** The effect so far of a change to a function's alias or a stack. */
interface Change {
  readonly at: number;
  readonly token: string | undefined;
}

/** The content of each stack, which pinning changes. */
const alias = { logicalId: 'Alias', type: 'AWS::Lambda::Alias' };

/**
 * Answers Lambda and CloudFormation calls for functions and stacks by their durations alone: an alias is on version 2, and
 * on version 1 some time after it was pointed there; a stack is pinned for some time, and has no service role. Every
 * requested resource exists.
 */
export function slowAccount(durations: ReadonlyMap<string, number>): Interceptor {
  const changes = new Map<string, Change>();
  const changeSets = new Set<string>();
  const isDone = (name: string, now: number): boolean => {
    const change = changes.get(name);
    return change !== undefined && now >= change.at + (durations.get(name) ?? 0);
  };
  return async (call, next) => {
    const { service, operation, input, now } = call;
    const name = String(input.FunctionName ?? input.StackName ?? '');
    switch (`${service}:${operation}`) {
      case 'lambda:GetAlias':
        return { FunctionVersion: isDone(name, now) ? '1' : '2', RevisionId: 'any' };
      case 'lambda:GetFunctionConfiguration':
        return { State: 'Active', CodeSha256: `code-of-${input.Qualifier}` };
      case 'lambda:UpdateAlias':
        // Requested again before it takes effect: the change does not start again.
        if (!changes.has(name)) changes.set(name, { at: now, token: undefined });
        return {};
      case 'cloudformation:CreateChangeSet':
        changeSets.add(name);
        return {};
      case 'cloudformation:DescribeChangeSet':
        if (!changeSets.has(name)) throw new AwsError('ChangeSetNotFound', 'There is none.');
        return {
          Status: 'CREATE_COMPLETE',
          ExecutionStatus: 'AVAILABLE',
          Changes: [
            {
              Type: 'Resource',
              ResourceChange: {
                Action: 'Modify',
                LogicalResourceId: alias.logicalId,
                ResourceType: alias.type,
                Replacement: 'False',
                Scope: ['Properties'],
              },
            },
          ],
        };
      case 'cloudformation:ListStackResources':
        return {
          StackResourceSummaries: [
            {
              LogicalResourceId: alias.logicalId,
              PhysicalResourceId: `arn:aws:lambda:eu-west-1:111122223333:function:${name.replace(/^shop-/, '')}-handle:live`,
              ResourceType: alias.type,
              ResourceStatus: 'UPDATE_COMPLETE',
              LastUpdatedTimestamp: new Date(0),
            },
          ],
        };
      case 'cloudformation:ExecuteChangeSet':
        changes.set(name, { at: now, token: input.ClientRequestToken });
        return {};
      case 'cloudformation:DescribeStacks': {
        const underWay = changes.has(name) && !isDone(name, now);
        const StackStatus = underWay ? 'UPDATE_IN_PROGRESS' : 'UPDATE_COMPLETE';
        return { Stacks: [{ StackName: name, StackStatus, CreationTime: new Date(0) }] };
      }
      case 'cloudformation:DescribeStackEvents':
        return {
          StackEvents: [
            {
              StackId: name,
              EventId: 'any',
              StackName: name,
              LogicalResourceId: name,
              PhysicalResourceId: name,
              ResourceStatus: 'UPDATE_IN_PROGRESS',
              Timestamp: new Date(changes.get(name)?.at ?? 0),
              ClientRequestToken: changes.get(name)?.token,
            },
          ],
        };
      case 'cloudformation:GetTemplate':
        return { TemplateBody: JSON.stringify({ Resources: { [alias.logicalId]: { Type: alias.type } } }) };
      default:
        return next();
    }
  };
}
