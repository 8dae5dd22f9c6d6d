import type { Stacks } from '../aws/stacks.ts';
import type { StackRebuildPlan } from './cloudformation/shapes.ts';
import type { TargetPlan } from './shapes.ts';
import type { TargetAdapter } from './target-adapter.ts';

/**
 * An adapter that replaces the version of each rebuilt alias by its new number. Until the version is built the alias has no
 * version to go to, and the plan names the one that is gone.
 */
export function onBuiltVersions<Plan extends TargetPlan>(
  stacks: Stacks,
  adapter: TargetAdapter<Plan>,
): TargetAdapter<Plan> {
  return {
    read: async (plan, context) => adapter.read(await withBuiltVersions(stacks, plan), context),
    start: async (plan, context) => adapter.start(await withBuiltVersions(stacks, plan), context),
  };
}

type BuiltBy = { readonly stack: string; readonly versionId: string };

async function withBuiltVersions<Plan extends TargetPlan>(stacks: Stacks, plan: Plan): Promise<Plan> {
  const versions = await versionsOf(stacks, builtIn(plan));
  const onVersion = <Goal extends { readonly toVersion: string; readonly builtBy?: BuiltBy | undefined }>(
    goal: Goal,
  ): Goal => ({ ...goal, toVersion: versions.get(keyOf(goal.builtBy)) ?? goal.toVersion });
  if (versions.size === 0) return plan;
  if ('toVersion' in plan) return onVersion(plan) as Plan;
  return 'aliases' in plan ? { ...plan, aliases: plan.aliases.map(onVersion) } : plan;
}

function builtIn(plan: TargetPlan): BuiltBy[] {
  if ('toVersion' in plan) return [plan.builtBy ?? []].flat();
  return 'aliases' in plan ? plan.aliases.flatMap(({ builtBy }) => builtBy ?? []) : [];
}

async function versionsOf(stacks: Stacks, built: readonly BuiltBy[]): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  for (const stack of new Set(built.map((one) => one.stack))) {
    const ids = await stacks.physicalIds(stack);
    for (const one of built.filter((other) => other.stack === stack)) {
      const version = numberOf(ids.get(one.versionId));
      if (version !== undefined) versions.set(keyOf(one), version);
    }
  }
  return versions;
}

/** The number of a version, from its physical id: arn:aws:lambda:eu-west-1:111122223333:function:NAME:NUMBER. */
export function numberOf(physicalId: string | undefined): string | undefined {
  return /:function:[^:]+:(\d+)$/.exec(physicalId ?? '')?.[1];
}

function keyOf(built: BuiltBy | undefined): string {
  return built ? `${built.stack} ${built.versionId}` : '';
}

/** Functions named in a list; a longer list ends in the number of the others. */
const functionsTold = 8;

/** The versions that a rebuild replaces, as a clause. */
export function goneInWords({ builds }: Pick<StackRebuildPlan, 'builds'>): string {
  const told = builds
    .slice(0, functionsTold)
    .map(({ function: name, version }) => `version ${version} of ${name}`);
  const more = builds.length - told.length;
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${builds.length > 1 ? 'are' : 'is'} gone`;
}
