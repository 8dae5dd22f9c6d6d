import * as z from 'zod';
import type { StackResource } from '../aws/stacks.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import { apiStageShape } from './api-stage/shapes.ts';
import type { Claim } from './claim.ts';
import { cloudFormationShape } from './cloudformation/shapes.ts';
import { codeDeployShape } from './codedeploy/shapes.ts';
import { hookShape } from './hook/shapes.ts';
import { lambdaAliasShape } from './lambda-alias/shapes.ts';
import { meshShape } from './mesh/shapes.ts';
import { parameterShape } from './parameter/shapes.ts';
import { stateMachineAliasShape } from './state-machine-alias/shapes.ts';

/**
 * The schemas of each kind of target: its entry in the catalog and the name derived from it, its saved state in the ledger,
 * and its plans. They stand apart from `kinds.ts`, which holds the behaviour: code that only reads a catalog, a ledger or a
 * plan needs no more than these.
 */
const shapes = {
  codedeploy: codeDeployShape,
  'lambda-alias': lambdaAliasShape,
  cloudformation: cloudFormationShape,
  parameter: parameterShape,
  'api-stage': apiStageShape,
  mesh: meshShape,
  'state-machine-alias': stateMachineAliasShape,
  hook: hookShape,
} as const;

type Shapes = typeof shapes;
type Shape = Shapes[keyof Shapes];
const all: readonly Shape[] = Object.values(shapes);

/** A resource of a service that can be restored. */
export const targetEntry = z.discriminatedUnion('kind', oneOf(all.map(({ entry }) => entry)), {
  error: ({ code, input }) => (code === 'invalid_union' ? unknownKind(input) : undefined),
});
export type TargetEntry = z.infer<typeof targetEntry>;

/** The saved state of one target. */
export const targetSnapshot = z.discriminatedUnion(
  'kind',
  oneOf(all.flatMap((shape) => ('snapshot' in shape ? [shape.snapshot] : []))),
);
export type TargetSnapshot = z.infer<typeof targetSnapshot>;

/** The plan for one target. */
export const targetPlan = z.discriminatedUnion('kind', oneOf(all.flatMap(({ plans }) => [...plans])));
export type TargetPlan = z.infer<typeof targetPlan>;

/** The kinds that a catalog names. */
export type Kind = keyof Shapes;
/** Kinds with a saved state in the ledger. */
export type SavedKind = TargetSnapshot['kind'];
/** The kinds of plan that targets of a kind may have: most have one, of the kind's own name. */
export type PlanKind<K extends Kind = Kind> = z.infer<Shapes[K]['plans'][number]>['kind'];

/** The entry, the saved state and the plan of a kind. */
export type EntryOf<K extends Kind> = Extract<TargetEntry, { readonly kind: K }>;
export type SnapshotOf<K extends Kind> = Shapes[K] extends { readonly snapshot: infer S extends z.ZodType }
  ? z.infer<S>
  : never;
export type PlanOf<P extends PlanKind> = Extract<TargetPlan, { readonly kind: P }>;

/** The name of a target within its service, as plans, mails and the ledger show it. */
export function targetName(target: TargetEntry): string {
  // The map has the shape of each entry's own kind.
  const { name } = shapes[target.kind] as { readonly name: (entry: TargetEntry) => string };
  return name(target);
}

/** The identity of a target in the account; undefined if its entry alone does not show it, or services may share it. */
export function claimOf(target: TargetEntry): Claim | undefined {
  const { claim } = shapes[target.kind] as { readonly claim?: (entry: TargetEntry) => Claim | undefined };
  return claim?.(target);
}

/** A resource of a stack that is a target by itself, in the forms of an entry. */
export interface OwnedTarget<Entry> {
  /** Absent if the stack has no resource of the logical id. */
  readonly byLogicalId?: Entry;
  readonly byName: Entry;
}

/** The targets among a stack's resources; for Lambda's aliases see `own-aliases.ts`. */
export function ownedIn(resources: readonly StackResource[]): OwnedTarget<TargetEntry>[] {
  return all.flatMap((shape): OwnedTarget<TargetEntry>[] => ('owned' in shape ? shape.owned(resources) : []));
}

/** Whether a target of a kind may belong to a service through its stack alone. */
export function isOwnable({ kind }: TargetEntry): boolean {
  return isAlias({ kind }) || 'owned' in shapes[kind];
}

/** The saved state of a target: under its name, and of its own kind or of a kind with the same schema. */
export function savedOf<K extends Kind>(
  target: EntryOf<K>,
  snapshot: readonly TargetSnapshot[],
): SnapshotOf<K> | undefined {
  const { [target.kind]: shape } = shapes;
  const name = targetName(target);
  const found = snapshot.find((saved) => saved.target === name);
  if (!found || !('snapshot' in shape) || shapes[found.kind].snapshot !== shape.snapshot) return undefined;
  return found as SnapshotOf<K>;
}

/** A list that is not empty, each schema once: kinds may share one. */
function oneOf<S>(schemas: readonly S[]): [S, ...S[]] {
  return [...new Set(schemas)] as [S, ...S[]];
}

function unknownKind(input: unknown): string {
  const { kind } = (input ?? {}) as { kind?: unknown };
  return `"${kind}" is no kind of target: it has to be one of ${Object.keys(shapes).join(', ')}`;
}
