import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { functionsOfService } from '../run/names.ts';
import { releasedCode } from '../scenario/released-code.ts';
import type { Scenario } from '../scenario/scenario.ts';

/**
 * Releases whose code the scenario calls bad although no user met it: the result of such a run says nothing about a bad
 * release.
 */
export function badCodeUnmet(scenario: Scenario, account: SimulatedAccount): string[] {
  return scenario.services.flatMap((entry) => {
    const own = scenario.releases.filter(({ service }) => service === entry.service);
    return own.flatMap(({ bad, functions }, index) => {
      if (!bad || [bad.errorRate, bad.latencyMs, bad.latencySpread].every((one) => one === undefined))
        return [];
      const isMet = functionsOfService(scenario, account, entry.service).some(
        ({ name, owner: { logicalId } = { logicalId: name }, aliases }) => {
          if (bad.functions && !bad.functions.includes(logicalId)) return false;
          // Where the release brings no code for the function, its configuration is bad, with any code.
          const bringsCode = functions?.includes(logicalId) ?? true;
          const isOfRelease = (code: string) => !bringsCode || releasedCode(code)?.release === index + 1;
          return [...aliases.keys()].some((alias) => metBad(account, name, alias, isOfRelease));
        },
      );
      return isMet
        ? []
        : [
            `release ${index + 1} of ${entry.service} is bad, and no request met its bad code: see its traffic and its times`,
          ];
    });
  });
}

/** Whether requests arrived while a version of the release had a share of them and answered badly. */
function metBad(
  { lambda, traffic, clock }: SimulatedAccount,
  name: string,
  alias: string,
  isOfRelease: (code: string) => boolean,
): boolean {
  const versions = new Set(lambda.shareHistory(name, alias).flatMap(({ shares }) => Object.keys(shares)));
  return [...versions].some((version) => {
    const found = lambda.version(name, version);
    // The code of a deleted version is unknown.
    if (!found) return true;
    if (!isOfRelease(found.code)) return false;
    const since = traffic.becameBadAt(name, alias, version);
    if (since === undefined) return false;
    for (let minute = Math.floor(since / 60_000) * 60_000; minute < clock.now(); minute += 60_000) {
      const served = traffic.minute(name, alias, minute).find((one) => one.version === version);
      if (served?.invocations.some((requests) => requests > 0)) return true;
    }
    return false;
  });
}
