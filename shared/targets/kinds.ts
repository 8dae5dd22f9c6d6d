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

// Every kind of target, part by part; whatever is left out of a part is a compile error.

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

/** What is saved of targets of a kind. */
export function savedStateOf<K extends SavedKind>({
  kind,
}: {
  readonly kind: K;
}): SavedState<EntryOf<K>, SnapshotOf<K>> {
  return saved[kind];
}

/** Whether something is saved of targets of a kind. */
export function isSaved<One extends { readonly kind: Kind }>(
  one: One,
): one is Extract<One, { readonly kind: SavedKind }> {
  return one.kind in saved;
}

/** How the way back of targets of a kind is planned. */
export function planningOf<K extends Exclude<Kind, 'cloudformation'>>({
  kind,
}: {
  readonly kind: K;
}): Planning<EntryOf<K>, SnapshotOf<K>> {
  return plannings[kind];
}

/** How it is read what targets of a kind are on the account; undefined where nothing is looked for. */
export function meaningOf<K extends keyof TargetKinds['meanings']>({
  kind,
}: {
  readonly kind: K;
}): ReadMeaning<EntryOf<K>> | undefined {
  return meanings[kind];
}

/** How a target goes back by a plan. */
export function restorationOf<P extends PlanKind>({ kind }: { readonly kind: P }): Restoration<PlanOf<P>> {
  return restorations[kind];
}

/** What is said of a plan. */
export function wordsOf<P extends PlanKind>({ kind }: { readonly kind: P }): PlanWords<PlanOf<P>> {
  return words[kind];
}
