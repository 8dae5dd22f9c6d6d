import { awsCommand } from '../../by-hand/command.ts';
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
import { codeDeployTarget } from './adapter.ts';
import type { CodeDeployPlan } from './shapes.ts';

export { aliasPlanning as planning } from '../alias/plan-alias.ts';
export { savedAlias as saved } from '../alias/saved.ts';

/** Restoration of a Lambda alias behind a deployment group. */
export const restoration: Restoration<CodeDeployPlan> = {
  adapter: (clients) => codeDeployTarget(clients),
  verify: ({ aliases }, plan) => verifyAlias(aliases, plan),
  kept: async (_, plan) => keptAlias(plan),
  pace: () => aliasPace(1),
  deadlineMs: aliasDeadlineMs,
};

/** Words for that plan. */
export const words: PlanWords<CodeDeployPlan> = {
  inWords: aliasInWords,
  inShort: aliasInShort,
  byHand: (plan, { place }) => [
    {
      say: 'If its deployment still runs:',
      run: awsCommand(place, 'deploy stop-deployment', {
        'deployment-id': plan.deploymentId,
        'auto-rollback-enabled': true,
      }),
    },
    { say: 'If that does not put it back:', run: aliasCommand(place, plan) },
  ],
};
