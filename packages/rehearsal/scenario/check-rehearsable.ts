import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { ScenarioProblem } from './scenario-problem.ts';
import type { ScenarioStack } from './scenario-stack.ts';
import { functionName } from './service-template.ts';

/** Longest name of a function (Lambda API reference, CreateFunction). */
const longestFunctionName = 64;

/**
 * The features of a catalog that a rehearsal cannot play.
 *
 * @param stacks those made from the teams' templates; the rehearsal makes the others itself
 */
export function checkRehearsable(
  entries: readonly ServiceEntry[],
  stacks: readonly ScenarioStack[],
): ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  const owners = new Map<string, string>();
  for (const entry of entries) {
    const { service, stack } = entry;
    const add = (path: string, reason: string) =>
      problems.push({ path: `services.${service}.${path}`, reason });
    if (stack === undefined) {
      add('stack', 'is needed in a rehearsal: a service is deployed by its stack');
      continue;
    }
    const owner = owners.get(stack);
    if (owner !== undefined) add('stack', `"${stack}" is the stack of ${owner} already`);
    owners.set(stack, service);
    const hasTemplate = stacks.some((one) => one.service === service);
    if (entry.targets.length === 0 && !hasTemplate) {
      const reason =
        'needs at least one in a rehearsal: its stack is made of the targets that are listed, or of a template under `stacks`';
      add('targets', reason);
    }
    const functions = new Set<string>();
    for (const [index, target] of entry.targets.entries()) {
      if (target.kind === 'cloudformation') {
        if (target.stack !== undefined && target.stack !== stack && !hasTemplate) {
          const reason =
            'a rehearsal makes the stack that the service names only: give others a template under `stacks`';
          add(`targets.${index}.stack`, reason);
        }
      }
      if (target.kind === 'hook' && target.function.includes(':')) {
        add(
          `targets.${index}.function`,
          'a rehearsal knows hooks by their name alone, without version or alias',
        );
      }
      if (!isAlias(target) || hasTemplate) continue;
      const name = functionName(entry, target.function);
      if (name.length > longestFunctionName) {
        add(
          `targets.${index}.function`,
          `its name in a rehearsal, "${name}", is longer than the ${longestFunctionName} characters Lambda takes`,
        );
      }
      if (functions.has(target.function)) {
        add(
          `targets.${index}.function`,
          `"${target.function}" has a target already; a rehearsal knows one alias per function`,
        );
      }
      functions.add(target.function);
    }
  }
  return problems;
}
