import {
  type AnswerHookDeps,
  coordinatorsHook,
  wordOfItsRelease,
} from '../../../shared/incident/lifecycle-hooks.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import {
  type DeploymentDescription,
  type DescribeDeploymentDeps,
  describeDeployment,
} from '../../watch/describe-deployment/describe-deployment.ts';
import { releaseOrWords } from '../check-before-traffic/check-before-traffic.ts';

/** What the rule needs. */
export type AwaitJudgementDeps = AnswerHookDeps &
  DescribeDeploymentDeps & { readonly releases: ReleaseLedger };

/**
 * CodeDeploy's hook after traffic: writes the question down, and the watch of the deployment answers it with the judge's
 * word. It answers itself where that word is spoken already, and where no word may count: nothing of a service that is
 * declared irreversible goes back, so that no deployment of it may fail.
 */
export function awaitJudgement(deps: AwaitJudgementDeps) {
  const describe = describeDeployment(deps);
  return coordinatorsHook<Extract<DeploymentDescription, { kind: 'release' }>>(deps, {
    event: 'AfterAllowTraffic',
    describe: async (deploymentId) => releaseOrWords(await describe({ deploymentId })),
    decide: async ({ service, deploymentId }) => {
      const { irreversible } = (await deps.catalog.entry(service)).policy;
      if (irreversible !== undefined) {
        const reason = `its service is declared irreversible: ${irreversible}`;
        return { word: 'Succeeded', cause: 'irreversible', reason };
      }
      return wordOfItsRelease(deps.releases, deploymentId);
    },
  });
}
