import { commandLines, type Place, type Step } from '../by-hand/command.ts';
import type { ServiceResult } from '../ledger/records.ts';
import { wordsOf } from '../targets/kinds.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import type { TargetPlan } from '../targets/shapes.ts';
import { type Line, whole } from './mail-text.ts';

/** Lines of one mail. A mail may have 256 KiB. */
const mostLines = 200;

/**
 * The commands that finish a rollback by hand: one block of lines per target of the plan that is not known to be back, in
 * the plan's order. A step that two targets of a service share stands once. If there are many targets, the first are named:
 * a block is never cut, because half of a command is another command.
 *
 * @param from.templateUrl the URL from which CloudFormation reads a saved template, by its key
 */
export function finishByHand(
  plan: RollbackPlan,
  results: readonly ServiceResult[],
  from: { readonly place: Place; readonly templateUrl: (key: string) => string },
): Line[] {
  const { incidentId, attempt } = plan;
  const blocks = plan.services.flatMap((service) => {
    const by = { ...from, incidentId, attempt, service };
    const result = results.find((other) => other.service === service.service);
    const isBack = ({ target }: TargetPlan) =>
      result?.targets.some((other) => other.target === target && other.status === 'restored') ?? false;
    const told = new Set<string>();
    const isNew = (step: Step) => told.size < told.add(JSON.stringify(step)).size;
    return service.targets
      .filter((target) => !isBack(target))
      .map((target) => [
        `${service.service}, ${target.target}`,
        ...wordsOf(target).byHand(target, by).filter(isNew).flatMap(stepLines),
      ]);
  });
  let lines = 0;
  const shown = blocks.filter((block) => {
    lines += block.length;
    return lines <= mostLines;
  });
  const more = blocks.length - shown.length;
  return [...shown.flat(), ...(more > 0 ? [`and ${more} more ${more === 1 ? 'target' : 'targets'}`] : [])];
}

/** A sentence, and its command indented below it. */
function stepLines({ say, run = [] }: Step): Line[] {
  return [say, ...commandLines(run).map((line) => whole(`  ${line}`))];
}
