import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Deployment } from 'account-simulator/account/codedeploy/deployment.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import type { Timeline } from '../report/timeline.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioRelease } from '../scenario/scenario-release.ts';
import { serviceOfFunction, shortFunction } from './names.ts';

/** Acts for the team: outside the coordinator, with permissions of its own. */
const person = { principal: 'person-in-the-console' };

/** CodeDeploy's message for a fault without a message in the scenario. */
const ownFault = 'The deployment failed for a reason that has nothing to do with the new version.';

/** Stops deployments of releases as a person, or fails them by a fault of CodeDeploy, as their scenario says. */
export function endDeployments(scenario: Scenario, account: SimulatedAccount, timeline: Timeline): void {
  const { clock, codeDeploy, wire } = account;
  codeDeploy.onCreate((deployment) => {
    const { functionName } = deployment.appSpec;
    const release = releaseOf(scenario, account, deployment);
    if (!release) return;
    const name = shortFunction({ account }, functionName);
    const { stopped, deploymentFails, service } = release;
    const isMeant = ({ functions }: { functions?: readonly string[] | undefined }) =>
      functions?.includes(name) ?? true;
    if (stopped && isMeant(stopped)) {
      clock.after(stopped.after, () => {
        timeline.add('start', `a person stops ${deployment.id}`, { service });
        const request = { deploymentId: deployment.id, autoRollbackEnabled: stopped.rollback };
        // A finished deployment stays as it is.
        wire.call('codedeploy', 'StopDeployment', request, person).catch((error: unknown) => {
          if (!(error instanceof AwsError)) throw error;
        });
      });
    }
    if (deploymentFails && isMeant(deploymentFails)) {
      const { code, message = ownFault, after } = deploymentFails;
      clock.after(after, () => codeDeploy.fail(deployment.id, { code: code as never, message }));
    }
  });
}

/** The release behind a deployment; undefined for a deployment that the team did not make. */
function releaseOf(
  scenario: Scenario,
  account: SimulatedAccount,
  deployment: Deployment,
): ScenarioRelease | undefined {
  if (deployment.creator !== 'CloudFormation') return undefined;
  const service = serviceOfFunction({ scenario, account }, deployment.appSpec.functionName);
  const since = account.clock.now() - Date.parse(scenario.start);
  return scenario.releases
    .filter((one) => one.service === service && one.at <= since)
    .sort((a, b) => a.at - b.at)
    .at(-1);
}
