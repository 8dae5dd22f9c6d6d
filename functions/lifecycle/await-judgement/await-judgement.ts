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

/** Dependencies of the rule. */
export type AwaitJudgementDeps = AnswerHookDeps &
  DescribeDeploymentDeps & { readonly releases: ReleaseLedger };

/**
 * CodeDeploy's hook after traffic: records the call, and the watch of the deployment answers it with the judge's verdict.
 * The hook answers itself if there is a verdict already, or if none may count: a service that is declared irreversible never
 * goes back, so none of its deployments may fail.
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
