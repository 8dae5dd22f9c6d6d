import * as apiStage from './api-stage/kind.ts';
import * as cloudFormation from './cloudformation/kind.ts';
import * as codeDeploy from './codedeploy/kind.ts';
import * as hook from './hook/kind.ts';
import * as lambdaAlias from './lambda-alias/kind.ts';
import * as mesh from './mesh/kind.ts';
import * as parameter from './parameter/kind.ts';
import type { EntryOf, Kind, PlanKind, PlanOf, SavedKind, SnapshotOf } from './shapes.ts';
import * as stateMachineAlias from './state-machine-alias/kind.ts';
import type {
  Planning,
  PlanWords,
  ReadMeaning,
  Restoration,
  SavedState,
  TargetKinds,
} from './target-kind.ts';

// Every kind of target, part by part; a kind missing from a part is a compile error.

const saved: TargetKinds['saved'] = {
  codedeploy: codeDeploy.saved,
  'lambda-alias': lambdaAlias.saved,
  cloudformation: cloudFormation.saved,
  parameter: parameter.saved,
  'api-stage': apiStage.saved,
  mesh: mesh.saved,
  'state-machine-alias': stateMachineAlias.saved,
};

const plannings: TargetKinds['plannings'] = {
  codedeploy: codeDeploy.planning,
  'lambda-alias': lambdaAlias.planning,
  parameter: parameter.planning,
  'api-stage': apiStage.planning,
  mesh: mesh.planning,
  'state-machine-alias': stateMachineAlias.planning,
  hook: hook.planning,
};

const meanings: TargetKinds['meanings'] = {
  cloudformation: undefined,
  parameter: parameter.meaning,
  'api-stage': apiStage.meaning,
  mesh: undefined,
  'state-machine-alias': stateMachineAlias.meaning,
  hook: undefined,
};

const restorations: TargetKinds['restorations'] = {
  codedeploy: codeDeploy.restoration,
  'lambda-alias': lambdaAlias.restoration,
  cloudformation: cloudFormation.rest,
  'stack-pin': cloudFormation.pin,
  'stack-rebuild': cloudFormation.rebuild,
  parameter: parameter.restoration,
  'api-stage': apiStage.restoration,
  mesh: mesh.restoration,
  'state-machine-alias': stateMachineAlias.restoration,
  hook: hook.restoration,
};

const words: TargetKinds['words'] = {
  codedeploy: codeDeploy.words,
  'lambda-alias': lambdaAlias.words,
  cloudformation: cloudFormation.restWords,
  'stack-pin': cloudFormation.pinWords,
  'stack-rebuild': cloudFormation.rebuildWords,
  parameter: parameter.words,
  'api-stage': apiStage.words,
  mesh: mesh.words,
  'state-machine-alias': stateMachineAlias.words,
  hook: hook.words,
};

/** The saved state of a kind. */
export function savedStateOf<K extends SavedKind>({
  kind,
}: {
  readonly kind: K;
}): SavedState<EntryOf<K>, SnapshotOf<K>> {
  return saved[kind];
}

/** Whether targets of a kind have a saved state. */
export function isSaved<One extends { readonly kind: Kind }>(
  one: One,
): one is Extract<One, { readonly kind: SavedKind }> {
  return one.kind in saved;
}

/** The planning of a kind. */
export function planningOf<K extends Exclude<Kind, 'cloudformation'>>({
  kind,
}: {
  readonly kind: K;
}): Planning<EntryOf<K>, SnapshotOf<K>> {
  return plannings[kind];
}

/** The reader of the actual state of a kind; undefined if there is none. */
export function meaningOf<K extends keyof TargetKinds['meanings']>({
  kind,
}: {
  readonly kind: K;
}): ReadMeaning<EntryOf<K>> | undefined {
  return meanings[kind];
}

/** The restoration by a kind of plan. */
export function restorationOf<P extends PlanKind>({ kind }: { readonly kind: P }): Restoration<PlanOf<P>> {
  return restorations[kind];
}

/** The words for a kind of plan. */
export function wordsOf<P extends PlanKind>({ kind }: { readonly kind: P }): PlanWords<PlanOf<P>> {
  return words[kind];
}
