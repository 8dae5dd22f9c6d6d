import type { MeshRules } from '../../aws/mesh-rules.ts';
import type { PlannedTarget } from '../target-kind.ts';
import { sameWeights } from './adapter.ts';
import type { MeshSnapshot } from './shapes.ts';

/** What planning a rule reads of AWS. */
export interface PlanMeshDeps {
  readonly meshRules: MeshRules;
}

/** Plans the way back of a rule of a VPC Lattice listener. @param goal what it is put back to */
export async function planMesh(
  { meshRules }: PlanMeshDeps,
  goal: MeshSnapshot | undefined,
): Promise<PlannedTarget> {
  if (!goal || goal.weights.length === 0) return { reason: 'no weights of it are recorded from before' };
  const { target, service, listener, rule, weights: toWeights } = goal;
  const fromWeights = await meshRules.weights(goal);
  if (sameWeights(fromWeights, toWeights)) return { reason: 'it has the weights of that release' };
  return { kind: 'mesh', phase: 'traffic', target, service, listener, rule, fromWeights, toWeights };
}
