import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { AccountState } from '../report/rehearsal-result.ts';
import { releasedCode } from '../scenario/released-code.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { functionsOfService, serviceOfStack } from './names.ts';
import { scenarioParameters, shownValue } from './parameters-of-scenario.ts';
import { releaseOfStage, releaseParts, targetsOf } from './traffic-targets.ts';

/** Reads the current state of every alias, stack and parameter of the services. */
export function readAccountState(scenario: Scenario, account: SimulatedAccount): AccountState {
  const managed = scenario.services.filter(({ service }) => !scenario.unmanaged.includes(service));
  const names = [
    ...managed.map(({ service }) => `/rollback-coordinator/${scenario.environment}/services/${service}`),
    ...scenario.services.map(({ stack }) => `/${stack}/table/name`),
  ];
  return {
    aliases: scenario.services.flatMap(({ service }) =>
      functionsOfService(scenario, account, service).flatMap(({ name, owner, aliases, latest }) =>
        [...aliases.values()].map(({ name: alias, target: { version, weights } }) => ({
          service,
          function: owner?.logicalId ?? name,
          alias,
          version,
          weights,
          release: releaseOf(account.lambda.version(name, version)?.code ?? latest.code),
        })),
      ),
    ),
    stacks: scenario.services.flatMap((entry) =>
      stacksOf(entry).map((stack) => ({
        service: entry.service,
        stack,
        status: account.cloudFormation.status(stack),
      })),
    ),
    data: scenario.services.flatMap(({ service }) =>
      account.cloudFormation.data.holders
        .filter((holder) => serviceOfStack(scenario, holder.stack) === service)
        .map(({ logicalId: resource, type, physicalId, createdAt, writtenAt, deletedAt }) => ({
          service,
          resource,
          type,
          physicalId,
          createdAt: new Date(createdAt).toISOString(),
          writtenAt: isoOrNull(writtenAt),
          deletedAt: isoOrNull(deletedAt),
        })),
    ),
    apiStages: targetsOf(scenario, 'api-stage').map(({ name, target }) => ({
      name,
      release: releaseOfStage(account, target),
    })),
    mesh: targetsOf(scenario, 'mesh').map(({ target }) => ({
      rule: target.rule,
      weights: account.vpcLattice.weights(target),
    })),
    workflows: targetsOf(scenario, 'state-machine-alias').map(({ name, target }) => ({
      name,
      parts: releaseParts(account, target),
    })),
    parameters: [...names, ...scenarioParameters(scenario).map(({ name }) => name)].flatMap((name) => {
      const found = account.parameterStore.version(name);
      return found ? { name, version: found.version, value: shownValue(found.value) } : [];
    }),
  };
}

function isoOrNull(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

function releaseOf(code: string): number {
  return releasedCode(code)?.release ?? Number.NaN;
}
