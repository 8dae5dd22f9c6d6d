import { AslError } from './asl-error.ts';
import { Frame } from './frame.ts';
import type { MapState } from './machine.ts';
import { conclude, type Outcome } from './outcome.ts';
import { Payload } from './payload.ts';
import type { Run } from './run.ts';
import { runChildren } from './run-children.ts';
import { runDistributedMap } from './run-distributed-map.ts';
import type { StatesVariable } from './states-variable.ts';

const LARGEST_COUNT = 99_999_999;

/** Runs a Map of either mode (AWS: step-functions/latest/dg/state-map). */
export async function runMap(run: Run, frame: Frame, state: MapState, resuming: boolean): Promise<Outcome> {
  const states = run.states(frame);
  if (!resuming) run.restart(frame);
  const result = state.distributed
    ? await runDistributedMap(run, frame, state, state.distributed, states)
    : await runInlineMap(run, frame, state, states);
  return conclude(run, frame, state, states.with({ result: result.value }), result);
}

/** Items of the Map's Items field, or of its input. Throws where that is no array. */
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
  throw run.failure(frame, 'States.Runtime', 'The input of a Map without Items must be an array.');
}

/** Concurrency of a Map: its MaxConcurrency, where 0 and nothing mean as many as AWS allows (`most`). */
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

/** The input of one iteration: the item, or what ItemSelector makes of it. */
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
  const items = await mapItems(run, frame, state, states);
  const most = run.services.limits.inlineMapConcurrency;
  const concurrency = await mapConcurrency(run, frame, state, states, most);
  if (frame.children === undefined) run.record(frame, 'MapStateStarted', { length: items.length });
  const { name } = state;
  const started = frame.lastEvent;
  try {
    await runChildren(run, frame, {
      count: items.length,
      concurrency,
      create: async (index) => {
        const item = { Index: index, Value: items[index], Source: 'STATE_DATA' };
        return new Frame(
          state.processor,
          await selectItem(run, frame, state, item),
          started,
          frame.variables,
        );
      },
      started: (index, child) => run.record(child, 'MapIterationStarted', { name, index }),
      succeeded: (index, child) => run.record(child, 'MapIterationSucceeded', { name, index }),
      failed: (index, cause) => run.recordAfter(cause, 'MapIterationFailed', { name, index }),
      aborted: (index, cause) => run.recordAfter(cause, 'MapIterationAborted', { name, index }),
    });
  } catch (error) {
    if (error instanceof AslError) run.record(frame, 'MapStateFailed');
    throw error;
  }
  run.record(frame, 'MapStateSucceeded');
  return new Payload((frame.children as unknown as Frame[]).map((child) => child.output?.value));
}
