import type { MeshRules } from '../../aws/mesh-rules.ts';
import type { ReleaseRecord } from '../../ledger/records.ts';
import { hadOf } from '../changed-since.ts';
import type { PlannedTarget } from '../target-kind.ts';
import { sameWeights } from './adapter.ts';
import type { MeshSnapshot } from './shapes.ts';

/** AWS clients for planning a rule. */
export interface PlanMeshDeps {
  readonly meshRules: MeshRules;
}

/**
 * Plans the restoration of a rule of a VPC Lattice listener. A rule to which somebody gave weights of none of the undone
 * releases is left alone.
 *
 * @param goal saved state to restore
 * @param undone the releases that are undone, newest first
 */
export async function planMesh(
  { meshRules }: PlanMeshDeps,
  goal: MeshSnapshot | undefined,
  undone: readonly ReleaseRecord[],
): Promise<PlannedTarget> {
  if (!goal || goal.weights.length === 0) return { reason: 'no weights of it are recorded from before' };
  const { target, service, listener, rule, weights: toWeights } = goal;
  const fromWeights = await meshRules.weights(goal);
  if (sameWeights(fromWeights, toWeights)) return { reason: 'it has the weights of that release' };
  const had = hadOf(undone, { kind: 'mesh', target });
  if (had.length > 0 && !had.some((one) => sameWeights(one.weights, fromWeights))) {
    return { reason: 'somebody gave it other weights after the release, and it is left alone', kept: true };
  }
  return { kind: 'mesh', phase: 'traffic', target, service, listener, rule, fromWeights, toWeights };
}
