import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { phase, type RollbackPhase } from '../../../shared/catalog/phases.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { Finding } from '../../../shared/stack/compare-templates.ts';
import type { StackSnapshot } from '../../../shared/targets/cloudformation/shapes.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import { savedOf, type TargetPlan, type TargetSnapshot, targetName } from '../../../shared/targets/shapes.ts';
import { isStackFirst, stackFirst } from '../../../shared/targets/waves.ts';
import { pinOnly, planStack } from './plan-stack.ts';
import { type StackComparison, savedStacks } from './stack-comparison.ts';

/** A service's plan with its stacks. */
export interface PlannedStacks {
  readonly targets: readonly TargetPlan[];
  readonly unchanged: ServicePlan['unchanged'];
  /** Order of the phases, if it is not the usual one. */
  readonly order: readonly RollbackPhase[] | undefined;
  readonly risks: readonly string[];
}

/** State to restore: a recorded good release, or the versions from before deployments that never completed. */
export interface Restoration {
  readonly snapshot: readonly TargetSnapshot[];
  /** Beginning of the first undone release, ISO 8601. */
  readonly undoneSince: string;
}

/**
 * Plans the stacks of a service, and their place in the order. The usual order is users first. If a version cannot serve
 * without its stack, the stack goes before the traffic of the service; if only an API stage cannot, the stage alone waits
 * for it.
 *
 * @param traffic plans for everything but the stacks
 */
export async function planStacks(
  comparison: StackComparison,
  entry: ServiceEntry,
  bad: ReleaseRecord,
  restoration: Restoration,
  traffic: readonly TargetPlan[],
): Promise<PlannedStacks> {
  const findings = await findingsOf(comparison, savedStacks(entry, restoration.snapshot), traffic);
  const certain = findings.filter(({ verdict }) => verdict === 'certain');
  const brokenApis = new Set(certain.filter(({ kind }) => kind === 'api').map(({ of }) => of));
  const declared = entry.order ?? phase.options;
  const order = certain.some(({ kind }) => kind === 'function') ? stackFirst(declared) : declared;
  const isFirst = isStackFirst({ order: [...order] });
  const neededFor = certain.map(inWords);
  const targets = traffic.map(
    (one): TargetPlan =>
      one.kind === 'api-stage' && brokenApis.has(one.api) && !isFirst
        ? { ...one, phase: 'after-stack' }
        : one,
  );
  const unchanged: { target: string; reason: string }[] = [];
  const stackTargets = entry.targets.filter((target) => target.kind === 'cloudformation');
  const contextOf = async (stack: string) => ({
    live: await comparison.state(stack),
    bad,
    undoneSince: restoration.undoneSince,
    targets: traffic,
  });
  for (const target of stackTargets) {
    if (!bad.stack) {
      unchanged.push({ target: targetName(target), reason: 'the release did not come through the stack' });
      continue;
    }
    const stack = target.stack ?? entry.stack ?? '';
    const saved = savedOf(target, restoration.snapshot);
    targets.push(...planStack(target, stack, saved, await contextOf(stack), { isFirst, neededFor }));
  }
  if (bad.stack && stackTargets.length === 0) {
    targets.push(...pinOnly(bad.stack, await contextOf(bad.stack)));
  }
  return {
    targets,
    unchanged,
    order: entry.order || order !== declared ? order : undefined,
    risks: findings.map(
      (one) =>
        inWords(one) +
        (one.verdict === 'at-risk'
          ? ': it may behave otherwise than it did'
          : one.kind === 'api' && !isFirst
            ? ': its stages wait for the stack'
            : ': the stack goes before the traffic'),
    ),
  };
}

interface PlannedFinding extends Finding {
  readonly kind: 'function' | 'api';
}

/** The findings on the functions and APIs that go back. */
async function findingsOf(
  comparison: StackComparison,
  goals: readonly StackSnapshot[],
  traffic: readonly TargetPlan[],
): Promise<PlannedFinding[]> {
  const aliases = traffic.filter(isAlias);
  const functions = new Set(aliases.map((one) => one.function));
  const built = new Set(aliases.filter(({ builtBy }) => builtBy).map((one) => one.function));
  const apis = new Set(traffic.flatMap((one) => (one.kind === 'api-stage' ? [one.api] : [])));
  const found: PlannedFinding[] = [];
  for (const goal of goals) {
    for (const one of await comparison.findings(goal.stack, goal, built)) {
      if (functions.has(one.of)) found.push({ ...one, kind: 'function' });
      else if (apis.has(one.of)) found.push({ ...one, kind: 'api' });
    }
  }
  return found;
}

function inWords({ of, reason }: Finding): string {
  return `${of}: ${reason}`;
}
