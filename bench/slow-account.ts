import type { Interceptor } from '../local/account/wire/wire.ts';

/** What a change to a function's alias or a stack has led to so far. */
interface Change {
  readonly at: number;
  readonly token: string | undefined;
}

/**
 * Answers Lambda and CloudFormation for functions and stacks of which nothing is known but how long they take: an
 * alias is on version 2, and on version 1 some time after it was pointed there; a stack is updated for some time.
 * Everything that is asked for exists.
 */
export function slowAccount(durations: ReadonlyMap<string, number>): Interceptor {
  const changes = new Map<string, Change>();
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
        // Asked for again while it is not seen yet: it does not begin anew.
        if (!changes.has(name)) changes.set(name, { at: now, token: undefined });
        return {};
      case 'cloudformation:UpdateStack':
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
        return { TemplateBody: '{}' };
      default:
        return next();
    }
  };
}
