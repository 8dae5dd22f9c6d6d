import { AslError } from '../asl-error.ts';
import type { StatesVariable } from '../expressions/states-variable.ts';
import type { DistributedSettings, MapState } from '../machine.ts';
import { Payload } from '../payload.ts';
import { Cancellation, Cancelled } from './cancellation.ts';
import type { Execution } from './execution.ts';
import { FirstOutcome } from './first-outcome.ts';
import type { Frame } from './frame.ts';
import { type DistributedItems, type MapItems, MapRun } from './map-run.ts';
import { type ItemLocation, locateItems, readItems } from './read-items.ts';
import type { Run } from './run.ts';
import { asEntered, mapConcurrency, mapItems, selectItem, toleratedFailures } from './run-map.ts';

/**
 * Runs each item as a child execution with its own history; fails once more children failed than is tolerated (AWS:
 * step-functions/latest/dg/state-map-distributed). A redrive redrives the children that did not succeed (…/redrive-map-run).
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
  const { itemReader } = settings;
  let location: ItemLocation | undefined;
  if (frame.distributed === undefined) {
    const inputs = await startMapState(run, frame, state, settings, states);
    const tolerated = await asEntered(run, frame, () => toleratedFailures(run, frame, state, states));
    location = itemReader && (await locateItems(run, frame, itemReader, states));
    frame.distributed = await startMapRun(run, frame, settings, { ...inputs, ...tolerated });
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
    if (items.inputs === undefined && itemReader !== undefined) {
      location ??= await locateItems(run, frame, itemReader, states);
      items.inputs = await readItems(run, frame, itemReader, location);
      items.source = `S3://${location.bucket}/${location.key}`;
    }
    await runItems(run, frame, state, items);
  } catch (error) {
    mapRun.status = error instanceof Cancelled ? 'ABORTED' : 'FAILED';
    mapRun.stopDate = run.services.clock.now();
    if (error instanceof AslError) {
      run.record(frame, 'MapRunFailed', error.details);
    }
    throw error;
  }
  mapRun.status = 'SUCCEEDED';
  mapRun.stopDate = run.services.clock.now();
  // MapStateExited follows the start of the Map Run (recorded on AWS)
  run.recordAfter(run.recordAfter(frame.lastEvent, 'MapRunSucceeded'), 'MapStateSucceeded');
  return new Payload((items.children as Execution[]).map(resultOf));
}

/** Settings of a Map Run before it starts. */
interface MapRunSettings {
  /** Undefined until an ItemReader has read them. */
  readonly inputs: readonly unknown[] | undefined;
  readonly maxConcurrency: number;
  readonly toleratedFailureCount: number | undefined;
  readonly toleratedFailurePercentage: number | undefined;
}

/**
 * Records the start of the state with the number of its items, or a length of 0 where an ItemReader reads them later
 * (recorded on AWS).
 */
async function startMapState(
  run: Run,
  frame: Frame,
  state: MapState,
  settings: DistributedSettings,
  states: StatesVariable,
): Promise<Pick<MapRunSettings, 'inputs' | 'maxConcurrency'>> {
  const most = run.services.limits.distributedMapConcurrency;
  const known = await asEntered(run, frame, async () => ({
    maxConcurrency: await mapConcurrency(run, frame, state, states, most),
    inputs: settings.itemReader === undefined ? await mapItems(run, frame, state, states) : undefined,
  }));
  run.record(frame, 'MapStateStarted', { length: known.inputs?.length ?? 0 });
  return known;
}

async function startMapRun(
  run: Run,
  frame: Frame,
  { label: fixed }: DistributedSettings,
  { inputs, ...settings }: MapRunSettings,
): Promise<DistributedItems> {
  const { services, execution } = run;
  const label = fixed ?? run.random.uuid();
  await authorizeChildren(run, frame, label);
  const items: MapItems = { inputs, source: 'STATE_DATA', selected: [], children: [] };
  const mapRun = new MapRun(
    {
      ...settings,
      arn: `${execution.stateMachine.arn.replace(':stateMachine:', ':mapRun:')}/${label}:${run.random.uuid()}`,
      executionArn: execution.arn,
      stateMachineArn: `${execution.stateMachine.arn}/${label}`,
      startDate: services.clock.now(),
    },
    items,
  );
  run.record(frame, 'MapRunStarted', { mapRunArn: mapRun.arn });
  services.mapRunStarted(mapRun);
  return Object.assign(items, { mapRun });
}

/**
 * Checks that the role may follow and stop the children. AWS documents the permissions on the executions of the machine,
 * while the ARNs of the children carry the label; it does not document which of the two is checked, or when. Both are
 * checked before the first child starts (…/dg/iam-policies-eg-dist-map).
 */
async function authorizeChildren(run: Run, frame: Frame, label: string): Promise<void> {
  const { host } = run.services;
  const executions = run.execution.stateMachine.arn.replace(':stateMachine:', ':execution:');
  for (const resource of [`${executions}:*`, `${executions}/${label}:*`]) {
    for (const action of ['states:DescribeExecution', 'states:StopExecution']) {
      await host.authorize?.(action, resource, run.taskContext(frame));
      frame.cancellation.check();
    }
  }
}

async function runItems(run: Run, frame: Frame, state: MapState, items: DistributedItems): Promise<void> {
  const { mapRun, children, inputs = [] } = items;
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

/** Starts the child of an item, or redrives its existing child; a child that cannot be redriven stays as it is. */
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

/** Waits for the end of a child; stops the child if the group is cancelled. */
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
