import { onBuiltVersions } from './built-versions.ts';
import { restorationOf } from './kinds.ts';
import type { TargetPlan } from './shapes.ts';
import type { TargetAdapter } from './target-adapter.ts';
import type { TargetClients } from './target-kind.ts';

/** One adapter for every kind of target: hands each step to the adapter of the plan's kind. */
export function targetAdapters(clients: TargetClients): TargetAdapter<TargetPlan> {
  return onBuiltVersions(clients.stacks, {
    read: (plan, context) => restorationOf(plan).adapter(clients).read(plan, context),
    start: (plan, context) => restorationOf(plan).adapter(clients).start(plan, context),
  });
}
