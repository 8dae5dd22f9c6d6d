import type { Deployments } from '../../../shared/aws/deployments.ts';
import type { Hooks } from '../../../shared/aws/hooks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { ArtefactClients } from '../../../shared/targets/missing-artefact.ts';
import {
  type TargetEntry,
  type TargetPlan,
  type TargetSnapshot,
  targetName,
} from '../../../shared/targets/shapes.ts';
import { planAlias } from './plan-alias.ts';
import { planApiStage } from './plan-api-stage.ts';
import { planHook } from './plan-hook.ts';
import { planMesh } from './plan-mesh.ts';
import { planParameters } from './plan-parameters.ts';

/** What planning a target reads of AWS. */
export interface PlanTargetDeps extends ArtefactClients {
  readonly deployments: Deployments;
  readonly hooks: Hooks;
}

/** Where to go back to: a recorded good release, or the versions from before deployments that never completed. */
export interface WayBack {
  readonly releaseId: string | undefined;
  readonly reason: string;
  readonly snapshot: readonly TargetSnapshot[];
  /** When the first of the releases that are undone began, ISO 8601. */
  readonly undoneSince: string;
  /** An earlier attempt of the incident put the service back, and nobody has released it since. */
  readonly isBack: boolean;
}

/** What is to be done to a target, or why nothing is. */
export type PlannedTarget = TargetPlan | { readonly reason: string };

/**
 * Plans what is to be done to one target, or says why nothing is. Stacks come after all of them: see planStack.
 *
 * @param earlier the releases before the bad one, newest first
 */
export async function planTarget(
  deps: PlanTargetDeps,
  target: Exclude<TargetEntry, { kind: 'cloudformation' }>,
  bad: ReleaseRecord,
  earlier: readonly ReleaseRecord[],
  wayBack: WayBack,
): Promise<PlannedTarget> {
  const name = targetName(target);
  const goal = wayBack.snapshot.find((one) => one.target === name);
  switch (target.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return planAlias(deps, target, bad, earlier, goal && isAlias(goal) ? goal : undefined);
    case 'parameter':
      return planParameters(deps, target, goal?.kind === 'parameter' ? goal : undefined);
    case 'api-stage':
      return planApiStage(deps, goal?.kind === 'api-stage' ? goal : undefined);
    case 'mesh':
      return planMesh(deps, goal?.kind === 'mesh' ? goal : undefined);
    case 'hook':
      return planHook(deps, target, wayBack.isBack);
  }
}
