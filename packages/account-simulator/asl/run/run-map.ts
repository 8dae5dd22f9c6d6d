import { EvaluationError } from '../expressions/expression.ts';
import type { StatesVariable } from '../expressions/states-variable.ts';
import type { Attempt } from '../handlers.ts';
import type { MapState } from '../machine.ts';
import { Payload } from '../payload.ts';
import { Frame } from './frame.ts';
import type { Run } from './run.ts';
import { runChildren } from './run-children.ts';
import { runDistributedMap } from './run-distributed-map.ts';

const LARGEST_COUNT = 99_999_999;

/** Runs a Map of either mode (AWS: step-functions/latest/dg/state-map). */
export async function runMap(run: Run, frame: Frame, state: MapState, resuming: boolean): Promise<Attempt> {
  const states = run.states(frame);
  if (!resuming) run.restart(frame);
  const result = state.distributed
    ? await runDistributedMap(run, frame, state, state.distributed, states)
    : await runInlineMap(run, frame, state, states);
  return { result, states };
}

/** Items of the Map's Items field, or its input. Throws where the value is no array. */
export async function mapItems(
  run: Run,
  frame: Frame,
  state: MapState,
  states: StatesVariable,
): Promise<readonly unknown[]> {
  const items =
    state.items === undefined ? frame.input.value : await run.evaluate(frame, state.items, states);
  if (Array.isArray(items)) return items;
  const [expression] = state.items?.expressions ?? [];
  if (expression !== undefined) throw run.evaluationFailed(frame, expression.unexpected('array', items));
  throw run.evaluationFailed(
    frame,
    new EvaluationError(`Map state input must be an array but was: ${JSON.stringify(items)}`),
  );
}

/**
 * Evaluates fields of the Map itself. On AWS, an EvaluationFailed event of such a field follows the event before the Map was
 * entered (recorded); after a success, the next event follows the entry.
 */
export async function asEntered<T>(run: Run, frame: Frame, evaluate: () => Promise<T>): Promise<T> {
  const { lastEvent, enteredEvent } = frame;
  // a retry follows the failure
  if (frame.retryCount > 0) return evaluate();
  frame.lastEvent = run.execution.history[enteredEvent - 1]?.previousEventId ?? lastEvent;
  const value = await evaluate();
  frame.lastEvent = lastEvent;
  return value;
}

/** Evaluates how many failures are tolerated; an inline Map on AWS has these fields and ignores them. */
export async function toleratedFailures(run: Run, frame: Frame, state: MapState, states: StatesVariable) {
  const { count, percentage } = state.tolerated;
  return {
    toleratedFailureCount: count && (await run.number(frame, count, 0, Number.MAX_SAFE_INTEGER, states)),
    toleratedFailurePercentage: percentage && (await run.fraction(frame, percentage, 0, 100, states)),
  };
}

/** Concurrency of a Map: its MaxConcurrency; 0 or absent means as many as AWS allows (`most`). */
export async function mapConcurrency(
  run: Run,
  frame: Frame,
  state: MapState,
  states: StatesVariable,
  most: number,
): Promise<number> {
  if (state.maxConcurrency === undefined) return most;
  const wanted = await run.number(frame, state.maxConcurrency, 0, LARGEST_COUNT, states);
  return wanted === 0 ? most : Math.min(wanted, most);
}

/** The input of one iteration: the item, or the result of ItemSelector. */
export function selectItem(
  run: Run,
  frame: Frame,
  state: MapState,
  item: { readonly Index: number; readonly Value: unknown; readonly Source: string },
): Promise<Payload> {
  return run.payload(frame, state.itemSelector, run.states(frame, { item }), new Payload(item.Value));
}

async function runInlineMap(
  run: Run,
  frame: Frame,
  state: MapState,
  states: StatesVariable,
): Promise<Payload> {
  const most = run.services.limits.inlineMapConcurrency;
  const { items, concurrency } = await asEntered(run, frame, async () => ({
    concurrency: await mapConcurrency(run, frame, state, states, most),
    items: await mapItems(run, frame, state, states),
  }));
  if (frame.children === undefined) run.record(frame, 'MapStateStarted', { length: items.length });
  await asEntered(run, frame, () => toleratedFailures(run, frame, state, states));
  const { name } = state;
  const started = frame.lastEvent;
  await runChildren(run, frame, {
    count: items.length,
    concurrency,
    create: async (index, previous) => {
      const item = { Index: index, Value: items[index], Source: 'STATE_DATA' };
      const input = await selectItem(run, frame, state, item);
      return new Frame(state.processor, input, previous ?? started, frame.variables);
    },
    started: (index, child) => run.record(child, 'MapIterationStarted', { name, index }),
    succeeded: (index, child) => run.record(child, 'MapIterationSucceeded', { name, index }),
    failed: (index, cause) => run.recordAfter(cause, 'MapIterationFailed', { name, index }),
    aborted: (index, cause) => run.recordAfter(cause, 'MapIterationAborted', { name, index }),
  });
  // MapStateExited follows the event before this one (recorded on AWS)
  run.recordAfter(frame.lastEvent, 'MapStateSucceeded');
  return new Payload((frame.children as unknown as Frame[]).map((child) => child.output?.value));
}
