import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Behaviour, Phase } from 'account-simulator/traffic/behaviour.ts';
import { firstShareAt, shareAt } from 'account-simulator/traffic/shares.ts';
import { releasedCode } from '../scenario/released-code.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioRelease } from '../scenario/scenario-release.ts';
import { functionsOfService } from './names.ts';

/** The behaviour of a consumer's code whose requests fail where they reach bad code of a provider. */
export function withBrokenRequests(
  behaviour: Behaviour,
  scenario: Scenario,
  account: SimulatedAccount,
  service: string,
): Behaviour {
  const phases = scenario.releases.flatMap((release): Phase[] => {
    const { breaks } = release.bad ?? {};
    if (!breaks?.services.includes(service)) return [];
    const ofProvider = scenario.releases.filter((one) => one.service === release.service);
    const number = ofProvider.indexOf(release) + 1;
    const part = (at: number) => badShare(scenario, account, release, number, at);
    return [{ part, errorRate: breaks.errorRate }];
  });
  return phases.length === 0 ? behaviour : { ...behaviour, phases: [...(behaviour.phases ?? []), ...phases] };
}

/** The largest share of an alias's traffic that a release's code has while it is bad. */
function badShare(
  scenario: Scenario,
  account: SimulatedAccount,
  { service, bad }: ScenarioRelease,
  number: number,
  at: number,
): number {
  let largest = 0;
  for (const { name, owner, aliases, versions } of functionsOfService(scenario, account, service)) {
    if (bad?.functions?.includes(owner?.logicalId ?? '') === false) continue;
    for (const { version, code } of versions.values()) {
      if (releasedCode(code)?.release !== number) continue;
      for (const alias of aliases.keys()) {
        const history = account.lambda.shareHistory(name, alias);
        const elapsed = at - (firstShareAt(history, version) ?? at);
        if (elapsed < (bad?.after ?? 0) || elapsed >= (bad?.until ?? Number.POSITIVE_INFINITY)) continue;
        largest = Math.max(largest, shareAt(history, version, at));
      }
    }
  }
  return largest;
}
