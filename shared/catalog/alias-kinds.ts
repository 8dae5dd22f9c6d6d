/** Kinds of target that are a Lambda alias. */
export type AliasKind = 'codedeploy' | 'lambda-alias';

/** Whether a catalog entry, a recorded state or a plan is about a Lambda alias. */
export function isAlias<One extends { readonly kind: string }>(
  one: One,
): one is Extract<One, { kind: AliasKind }> {
  return one.kind === 'codedeploy' || one.kind === 'lambda-alias';
}
