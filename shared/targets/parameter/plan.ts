import type { ParameterStore } from '../../aws/parameter-store.ts';
import { type TargetEntry, targetName } from '../shapes.ts';
import type { PlannedTarget } from '../target-kind.ts';
import type { ParameterSnapshot } from './shapes.ts';

/** What planning parameters reads of AWS. */
export interface PlanParametersDeps {
  readonly parameterStore: ParameterStore;
}

/**
 * Plans the way back of parameters: those of them that are on another version than the recorded one. Parameters that
 * came after the recorded release are left as they are: nothing reads them, or what does stays.
 *
 * @param goal what they are put back to
 */
export async function planParameters(
  { parameterStore }: PlanParametersDeps,
  target: Extract<TargetEntry, { kind: 'parameter' }>,
  goal: ParameterSnapshot | undefined,
): Promise<PlannedTarget> {
  if (!goal) return { reason: 'no version of it is recorded from before' };
  const found = await parameterStore.describe({ names: goal.parameters.map(({ name }) => name) });
  const live = new Map(found.map((one) => [one.name, one]));
  const parameters = goal.parameters.flatMap(({ name, version, type, tier, keyId }) => {
    const now = live.get(name);
    if (!now || now.version === version) return [];
    // The advanced tier does not go back to the standard one.
    const kept = now.tier === 'Standard' ? tier : now.tier;
    return { name, fromVersion: now.version, toVersion: version, type, tier: kept, ...(keyId && { keyId }) };
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
