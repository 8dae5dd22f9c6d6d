import type { ServiceResult } from '../ledger/records.ts';
import { wordsOf } from '../targets/kinds.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import type { TargetPlan } from '../targets/shapes.ts';

/**
 * The commands that finish by hand what automation left undone: one block per target of the plan that is not
 * known to be back, in the plan's order. Each says first what it is for.
 *
 * @param templateUrl where CloudFormation reads a saved template from, by its key
 */
export function finishByHand(
  plan: RollbackPlan,
  results: readonly ServiceResult[],
  templateUrl: (key: string) => string,
): string[] {
  const { incidentId, attempt } = plan;
  return plan.services.flatMap((service) => {
    const by = { incidentId, attempt, service, templateUrl };
    const result = results.find((other) => other.service === service.service);
    const isBack = ({ target }: TargetPlan) =>
      result?.targets.some((other) => other.target === target && other.status === 'restored') ?? false;
    return service.targets
      .filter((target) => !isBack(target))
      .flatMap((target) => [
        `# ${service.service}, ${target.target}`,
        ...wordsOf(target).commands(target, by),
      ]);
  });
}
