import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { rateOf } from '../scenario/scenario-behaviours.ts';
import { serviceOfFunction } from './names.ts';

/** Has users send requests to every alias that the stacks of the services make, from the moment it is there. */
export function sendTraffic(scenario: Scenario, account: SimulatedAccount): void {
  account.lambda.onAliasChange(({ functionName, alias }) => {
    const { lambda, traffic } = account;
    if (traffic.aliases(functionName).includes(alias)) return;
    const service = serviceOfFunction({ scenario, account }, functionName);
    const logicalId = lambda.owner(functionName)?.logicalId;
    if (service === undefined || logicalId === undefined) return;
    // What a release brings in anew has no past.
    const isOld = account.clock.now() < Date.parse(scenario.start);
    traffic.send({
      functionName,
      alias,
      rate: rateOf(scenario, service, logicalId),
      ...(isOld && { pastMs: scenario.past }),
    });
  });
}
