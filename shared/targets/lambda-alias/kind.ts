import { verifyAlias } from '../alias/alias-check.ts';
import {
  aliasCommand,
  aliasDeadlineMs,
  aliasInShort,
  aliasInWords,
  aliasPace,
  keptAlias,
} from '../alias/restoring.ts';
import type { PlanWords, Restoration } from '../target-kind.ts';
import { lambdaAliasTarget } from './adapter.ts';
import type { LambdaAliasPlan } from './shapes.ts';

export { aliasPlanning as planning } from '../alias/plan-alias.ts';
export { savedAlias as saved } from '../alias/saved.ts';

/** How a Lambda alias that nothing but the coordinator moves goes back. */
export const restoration: Restoration<LambdaAliasPlan> = {
  adapter: ({ aliases }) => lambdaAliasTarget(aliases),
  verify: ({ aliases }, plan) => verifyAlias(aliases, plan),
  kept: async (_, plan) => keptAlias(plan),
  pace: () => aliasPace(1),
  deadlineMs: aliasDeadlineMs,
};

/** What is said of that. */
export const words: PlanWords<LambdaAliasPlan> = {
  inWords: aliasInWords,
  inShort: aliasInShort,
  byHand: (plan, { place }) => [{ say: 'Point the alias back:', run: aliasCommand(place, plan) }],
};
