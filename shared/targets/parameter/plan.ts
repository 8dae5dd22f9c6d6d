import type { ParameterState, ParameterStore } from '../../aws/parameter-store.ts';
import type { ReleaseRecord } from '../../ledger/records.ts';
import { hadOf, writtenUntil } from '../changed-since.ts';
import { type TargetEntry, targetName } from '../shapes.ts';
import type { PlannedTarget } from '../target-kind.ts';
import type { ParameterSnapshot } from './shapes.ts';

/** AWS clients for planning parameters. */
export interface PlanParametersDeps {
  readonly parameterStore: ParameterStore;
}

/**
 * Plans the restoration of parameters: those that are on another version than the recorded one. Parameters that were created
 * after the recorded release are left as they are: nothing reads them, or their reader stays.
 *
 * A parameter that somebody set after the release is planned too, and marked: only the rollback itself may read whether it
 * already has the planned value.
 *
 * @param goal saved state to restore
 * @param undone the releases that are undone, newest first
 */
export async function planParameters(
  { parameterStore }: PlanParametersDeps,
  target: Extract<TargetEntry, { kind: 'parameter' }>,
  goal: ParameterSnapshot | undefined,
  undone: readonly ReleaseRecord[],
): Promise<PlannedTarget> {
  if (!goal) return { reason: 'no version of it is recorded from before' };
  const found = await parameterStore.describe({ names: goal.parameters.map(({ name }) => name) });
  const live = new Map(found.map((one) => [one.name, one]));
  const parameters = goal.parameters.flatMap(({ name, version, type, tier, keyId }) => {
    const now = live.get(name);
    if (!now || now.version === version) return [];
    // A parameter cannot go from the advanced tier back to the standard one.
    const kept = now.tier === 'Standard' ? tier : now.tier;
    const isTheirs = isSetSince(now, goal.target, undone);
    return {
      name,
      fromVersion: now.version,
      toVersion: version,
      type,
      tier: kept,
      ...(keyId && { keyId }),
      ...(isTheirs && { setSince: now.writtenAt }),
    };
  });
  if (parameters.length === 0) return { reason: 'it is on the version of that release' };
  return {
    kind: 'parameter',
    phase: 'parameters',
    target: targetName(target),
    ...(target.labels && { labels: true }),
    parameters,
  };
}

/**
 * Whether somebody set a parameter after the undone releases: after their deployments began, or, if they had none, to a
 * version that none of them recorded.
 */
function isSetSince(
  { name, version, writtenAt }: ParameterState,
  target: string,
  undone: readonly ReleaseRecord[],
): boolean {
  const until = writtenUntil(undone);
  if (until !== undefined) return Date.parse(writtenAt) > until;
  const versions = hadOf(undone, { kind: 'parameter', target })
    .flatMap(({ parameters }) => parameters)
    .filter((one) => one.name === name)
    .map((one) => one.version);
  return versions.length > 0 && !versions.includes(version);
}
