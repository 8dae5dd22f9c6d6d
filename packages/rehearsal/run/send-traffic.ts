import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { rateOf } from '../scenario/scenario-behaviours.ts';
import { serviceOfFunction } from './names.ts';

/** Sends users' requests to every alias of the services' stacks, from the alias's creation on. */
export function sendTraffic(scenario: Scenario, account: SimulatedAccount): void {
  account.lambda.onAliasChange(({ functionName, alias }) => {
    const { lambda, traffic } = account;
    if (traffic.aliases(functionName).includes(alias)) return;
    const service = serviceOfFunction({ scenario, account }, functionName);
    const logicalId = lambda.owner(functionName)?.logicalId;
    if (service === undefined || logicalId === undefined) return;
    // An alias that a release creates has no past.
    const isOld = account.clock.now() < Date.parse(scenario.start);
    traffic.send({
      functionName,
      alias,
      rate: rateOf(scenario, service, logicalId),
      ...(isOld && { pastMs: scenario.past }),
    });
  });
}
