import type {
  DescribeExecutionOutput,
  ExecutionListItem,
  HistoryEvent as HistoryEventShape,
} from '@aws-sdk/client-sfn';
import { type HistoryEvent, historyDetailsMember } from '../../asl/history.ts';
import type { ExecutionDescription } from '../../asl/run/execution.ts';

/** The answer to DescribeExecution. */
export function describeShape(execution: ExecutionDescription): DescribeExecutionOutput {
  const { startDate, stopDate, redriveDate, ...others } = execution;
  return {
    ...(present(others) as Omit<DescribeExecutionOutput, 'startDate'>),
    startDate: new Date(startDate),
    ...dates({ stopDate, redriveDate }),
  };
}

/** An entry of ListExecutions. */
export function listShape(execution: ExecutionDescription): ExecutionListItem {
  const { executionArn, stateMachineArn, name, status, startDate, stopDate, redriveDate, redriveCount } =
    execution;
  const { mapRunArn } = execution;
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: new Date(startDate),
    redriveCount,
    ...dates({ stopDate, redriveDate }),
    ...(mapRunArn === null ? {} : { mapRunArn }),
  } as ExecutionListItem;
}

/** Members of event details that hold the execution's data, or tell whether the data is complete. */
const dataMembers = new Set([
  'input',
  'inputDetails',
  'output',
  'outputDetails',
  'parameters',
  'assignedVariables',
  'assignedVariablesDetails',
]);

/** An event of GetExecutionHistory; without the execution's data where the caller excludes it. */
export function historyShape(event: HistoryEvent, includeData: boolean): HistoryEventShape {
  const { id, previousEventId, type, timestamp, details } = event;
  const shown =
    details && !includeData
      ? Object.fromEntries(Object.entries(details).filter(([member]) => !dataMembers.has(member)))
      : details;
  return {
    id,
    previousEventId,
    type,
    timestamp: new Date(timestamp),
    ...(shown && { [historyDetailsMember(type)]: shown }),
  } as HistoryEventShape;
}

function present(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));
}

function dates(members: Readonly<Record<string, number | null>>): object {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, time]) => time !== null)
      .map(([member, time]) => [member, new Date(time as number)]),
  );
}
