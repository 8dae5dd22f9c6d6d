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

/** Restoration of a Lambda alias that only the coordinator moves. */
export const restoration: Restoration<LambdaAliasPlan> = {
  adapter: ({ aliases }) => lambdaAliasTarget(aliases),
  verify: ({ aliases }, plan) => verifyAlias(aliases, plan),
  kept: async (_, plan) => keptAlias(plan),
  pace: () => aliasPace(1),
  deadlineMs: aliasDeadlineMs,
};

/** Words for that plan. */
export const words: PlanWords<LambdaAliasPlan> = {
  inWords: aliasInWords,
  inShort: aliasInShort,
  byHand: (plan, { place }) => [{ say: 'Point the alias back:', run: aliasCommand(place, plan) }],
};
