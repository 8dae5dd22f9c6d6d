import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { releasedCode } from '../scenario/released-code.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { AliasMove } from '../scenario/scenario-trouble.ts';
import { functionsOfService } from './names.ts';

const person = { principal: 'person-in-the-console' };

/**
 * Points an alias at the newest version with the code of a release, as a person does in the console.
 *
 * @returns the change in words
 */
export async function moveAlias(
  { service, function: logicalId, alias: Name, toRelease }: AliasMove,
  scenario: Scenario,
  account: SimulatedAccount,
): Promise<string> {
  const found = functionsOfService(scenario, account, service).find(
    ({ owner }) => owner?.logicalId === logicalId,
  );
  const target = [...(found?.versions.values() ?? [])].findLast(
    ({ code }) => (releasedCode(code)?.release ?? 0) === toRelease,
  );
  if (!found || !target) return `${logicalId} has no version with the code of release ${toRelease}`;
  const RoutingConfig = { AdditionalVersionWeights: {} };
  const request = { FunctionName: found.name, Name, FunctionVersion: target.version, RoutingConfig };
  await account.wire.call('lambda', 'UpdateAlias', request, person);
  return `a person points ${logicalId}:${Name} at version ${target.version}`;
}
