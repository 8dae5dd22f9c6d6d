import type { State, TaskResource } from '../machine.ts';
import type { Shape } from './expression-shapes.ts';

const metadata = { SdkHttpMetadata: 'any', SdkResponseMetadata: 'any' } as const;

/** Results of the integrations whose members are known. */
const results: Readonly<Record<string, Shape>> = {
  'lambda:invoke': { ExecutedVersion: 'none', Payload: 'any', StatusCode: 'none', ...metadata },
  'states:startExecution': { ExecutionArn: 'none', StartDate: 'none', ...metadata },
  'states:startExecution.sync:2': {
    Error: 'none',
    Cause: 'none',
    ExecutionArn: 'none',
    Input: 'any',
    InputDetails: 'any',
    Name: 'none',
    Output: 'any',
    OutputDetails: 'any',
    RedriveCount: 'none',
    RedriveStatus: 'none',
    RedriveStatusReason: 'none',
    StartDate: 'none',
    StateMachineArn: 'none',
    Status: 'none',
    StopDate: 'none',
  },
};

/**
 * The members of `$states` in a field of a state (AWS: step-functions/latest/dg/transforming-data and
 * …/input-output-contextobject).
 *
 * @param field the field relative to the state, such as `Catch[0]/Output`
 */
export function statesShape(state: State, field: string): Shape {
  const handled = state.type === 'Task' || state.type === 'Parallel' || state.type === 'Map';
  const caught = field.startsWith('Catch[');
  const done = !caught && /^(Output|Assign)(\/|\[|$)/.test(field);
  return {
    input: 'any',
    context: {
      Execution: {
        Id: 'none',
        Input: 'any',
        Name: 'none',
        RedriveCount: 'none',
        RedriveTime: 'none',
        RoleArn: 'none',
        StartTime: 'none',
      },
      State: { EnteredTime: 'none', Name: 'none', ...(handled && { RetryCount: 'none' as const }) },
      StateMachine: { Id: 'none', Name: 'none' },
      ...(state.type === 'Task' &&
        state.resource.pattern === 'token' && { Task: { Token: 'none' as const } }),
      ...(state.type === 'Map' &&
        field.startsWith('ItemSelector') && {
          Map: { Item: { Index: 'none' as const, Source: 'none' as const, Value: 'any' as const } },
        }),
    },
    ...(caught && { errorOutput: { Error: 'none' as const, Cause: 'none' as const } }),
    ...(handled &&
      done && { result: state.type === 'Task' ? resultShape(state.resource) : ('any' as const) }),
  };
}

function resultShape({ resourceType, resource }: TaskResource): Shape {
  const name = `${resourceType}:${resource}`;
  return Object.hasOwn(results, name) ? (results[name] as Shape) : 'any';
}
