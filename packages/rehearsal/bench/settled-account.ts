import { AwsError } from 'account-simulator/account/service.ts';
import type { Interceptor } from 'account-simulator/account/wire/wire.ts';

const minuteMs = 60_000;
/** Requests a minute of every function: enough for a verdict within the shortest bake. */
const requestsPerMinute = 100;

/**
 * Answers Lambda, CloudFormation and CloudWatch calls for services that have been live and healthy for long: every alias is
 * on version 1 alone, every stack is stable, every alarm is OK. Every requested resource exists.
 */
export function settledAccount(liveSince: number): Interceptor {
  return async ({ service, operation, input }, next) => {
    const since = new Date(liveSince);
    const stack = String(input.StackName ?? '');
    switch (`${service}:${operation}`) {
      case 'lambda:GetAlias':
        return { FunctionVersion: '1', RevisionId: 'any' };
      case 'lambda:GetFunctionConfiguration':
        return { State: 'Active', CodeSha256: `code-of-${input.FunctionName}` };
      case 'lambda:GetProvisionedConcurrencyConfig':
        throw new AwsError('ProvisionedConcurrencyConfigNotFoundException', 'It has none.', 404);
      case 'cloudformation:DescribeStacks':
        return { Stacks: [{ StackName: stack, StackStatus: 'UPDATE_COMPLETE', CreationTime: since }] };
      case 'cloudformation:DescribeStackEvents':
        return {
          StackEvents: [
            {
              StackId: stack,
              EventId: 'any',
              StackName: stack,
              LogicalResourceId: stack,
              PhysicalResourceId: stack,
              ResourceStatus: 'UPDATE_IN_PROGRESS',
              Timestamp: since,
            },
          ],
        };
      case 'cloudformation:ListStackResources':
        return { StackResourceSummaries: [] };
      case 'cloudformation:GetTemplate':
        return { TemplateBody: '{}' };
      case 'cloudwatch:DescribeAlarms':
        return {
          MetricAlarms: (input.AlarmNames ?? []).map((AlarmName: string) => ({
            AlarmName,
            StateValue: 'OK',
            StateTransitionedTimestamp: since,
          })),
        };
      case 'cloudwatch:GetMetricData':
        return { MetricDataResults: metrics(input) };
      default:
        return next();
    }
  };
}

function metrics(input: {
  readonly StartTime: Date;
  readonly EndTime: Date;
  readonly MetricDataQueries: readonly { readonly Id: string }[];
}) {
  const minutes: Date[] = [];
  for (let at = input.StartTime.getTime(); at < input.EndTime.getTime(); at += minuteMs) {
    minutes.push(new Date(at));
  }
  return input.MetricDataQueries.map(({ Id }) => ({
    Id,
    StatusCode: 'Complete',
    Timestamps: minutes,
    Values: minutes.map(() => (Id === 'requests' ? requestsPerMinute : 0)),
  }));
}
