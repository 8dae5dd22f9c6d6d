import { AslError } from './asl-error.ts';
import { Cancellation, Cancelled } from './cancellation.ts';
import type { Execution } from './execution.ts';
import { FirstOutcome } from './first-outcome.ts';
import type { Frame } from './frame.ts';
import type { DistributedSettings, MapState } from './machine.ts';
import { type DistributedItems, MapRun } from './map-run.ts';
import { Payload } from './payload.ts';
import { readItems } from './read-items.ts';
import type { Run } from './run.ts';
import { mapConcurrency, mapItems, selectItem } from './run-map.ts';
import type { StatesVariable } from './states-variable.ts';

/**
 * Runs each item as an execution of its own, with its own history, and fails once more of them failed than is
 * tolerated (AWS: step-functions/latest/dg/state-map-distributed). A redrive redrives the children that did not
 * succeed (…/redrive-map-run).
 *
 * @returns the outputs in the order of the items; a tolerated failure leaves an object of Error and Cause
 */
export async function runDistributedMap(
  run: Run,
  frame: Frame,
  state: MapState,
  settings: DistributedSettings,
  states: StatesVariable,
): Promise<Payload> {
  const context = run.taskContext(frame);
  await run.services.host.authorize?.('states:StartExecution', run.execution.stateMachine.arn, context);
  frame.cancellation.check();
  if (frame.distributed === undefined) {
    frame.distributed = await startMapRun(run, frame, state, settings, states);
  } else {
    const { mapRun } = frame.distributed;
    mapRun.redriveCount += 1;
    mapRun.status = 'RUNNING';
    mapRun.stopDate = undefined;
    run.record(frame, 'MapRunRedriven', { mapRunArn: mapRun.arn, redriveCount: mapRun.redriveCount });
  }
  const items = frame.distributed;
  const { mapRun } = items;
  try {
    await runItems(run, frame, state, items);
  } catch (error) {
    mapRun.status = error instanceof Cancelled ? 'ABORTED' : 'FAILED';
    mapRun.stopDate = run.services.clock.now();
    if (error instanceof AslError) {
      run.record(frame, 'MapRunFailed', { error: error.error, cause: error.cause });
      run.record(frame, 'MapStateFailed');
    }
    throw error;
  }
  mapRun.status = 'SUCCEEDED';
  mapRun.stopDate = run.services.clock.now();
  run.record(frame, 'MapRunSucceeded');
  run.record(frame, 'MapStateSucceeded');
  return new Payload((items.children as Execution[]).map(resultOf));
}

async function startMapRun(
  run: Run,
  frame: Frame,
  state: MapState,
  settings: DistributedSettings,
  states: StatesVariable,
): Promise<DistributedItems> {
  const { services, execution } = run;
  const { items: inputs, source } =
    settings.itemReader === undefined
      ? { items: await mapItems(run, frame, state, states), source: 'STATE_DATA' }
      : await readItems(run, frame, settings.itemReader, states);
  const { toleratedFailureCount: count, toleratedFailurePercentage: percentage } = settings;
  const label = settings.label ?? run.random.uuid();
  const items = { inputs, source, selected: [], children: [] } as unknown as DistributedItems;
  items.mapRun = new MapRun(
    {
      arn: `${execution.stateMachine.arn.replace(':stateMachine:', ':mapRun:')}/${label}:${run.random.uuid()}`,
      executionArn: execution.arn,
      stateMachineArn: `${execution.stateMachine.arn}/${label}`,
      maxConcurrency: await mapConcurrency(
        run,
        frame,
        state,
        states,
        services.limits.distributedMapConcurrency,
      ),
      toleratedFailureCount: count && (await run.number(frame, count, 0, Number.MAX_SAFE_INTEGER, states)),
      toleratedFailurePercentage: percentage && (await run.number(frame, percentage, 0, 100, states)),
      startDate: services.clock.now(),
    },
    items,
  );
  run.record(frame, 'MapStateStarted', { length: inputs.length });
  run.record(frame, 'MapRunStarted', { mapRunArn: items.mapRun.arn });
  services.mapRunStarted(items.mapRun);
  return items;
}

async function runItems(run: Run, frame: Frame, state: MapState, items: DistributedItems): Promise<void> {
  const { mapRun, children, inputs } = items;
  const group = new Cancellation(frame.cancellation);
  let failures = 0;
  let next = 0;
  let failure: unknown;

  const runOne = async (index: number): Promise<void> => {
    items.selected[index] ??= await selectItem(run, frame, state, {
      Index: index,
      Value: inputs[index],
      Source: items.source,
    });
    group.check();
    const child = await begin(run, frame, items, index);
    await ended(run, child, group);
    if (child.status === 'SUCCEEDED') return;
    failures += 1;
    if (!mapRun.exceeds(failures)) return;
    throw new AslError(
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    );
  };
  const worker = async (): Promise<void> => {
    try {
      for (let index = next++; index < inputs.length && !group.cancelled; index = next++) {
        if (children[index]?.status !== 'SUCCEEDED') await runOne(index);
      }
    } catch (error) {
      if (error instanceof Cancelled || failure !== undefined) return;
      failure = error;
      group.cancel();
    }
  };
  await Promise.all(Array.from({ length: Math.min(mapRun.maxConcurrency, inputs.length) }, worker));
  group.close();
  frame.cancellation.check();
  if (failure !== undefined) throw failure;
}

/** Starts the child of an item, or redrives the one it has; one that cannot be redriven stays as it is. */
async function begin(run: Run, frame: Frame, items: DistributedItems, index: number): Promise<Execution> {
  const { services, execution } = run;
  const { mapRun } = items;
  const existing = items.children[index];
  if (existing === undefined) {
    const label = mapRun.stateMachineArn.slice(execution.stateMachine.arn.length + 1);
    const child = services.startMapItem(execution, label, frame, items.selected[index] as Payload, mapRun);
    items.children[index] = child;
    return child;
  }
  if (existing.notRedrivableReason(services.clock.now()) === undefined) {
    await services.host.authorize?.('states:RedriveExecution', existing.arn, run.taskContext(frame));
    services.redrive(existing);
  }
  return existing;
}

/** Waits for the end of a child; stops it where the group is given up. */
function ended(run: Run, child: Execution, group: Cancellation): Promise<void> {
  if (child.status !== 'RUNNING') return Promise.resolve();
  const outcome = new FirstOutcome<void>(group);
  const done = () => outcome.resolve();
  child.onEnded.add(done);
  const keep = group.onCancel(() => {
    child.onEnded.delete(done);
    run.services.stop(child);
  });
  outcome.onSettled(keep);
  return outcome.promise;
}

function resultOf(child: Execution): unknown {
  if (child.status === 'SUCCEEDED') return child.outputPayload?.value;
  return { Error: child.error ?? '', ...(child.cause !== undefined && { Cause: child.cause }) };
}
