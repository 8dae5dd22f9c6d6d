import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { AccountState } from '../report/rehearsal-result.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { functionName } from '../scenario/service-template.ts';
import { scenarioParameters, shownValue } from './parameters-of-scenario.ts';
import { releaseOfStage, targetsOf } from './traffic-targets.ts';

/** Reads what every alias, stack and parameter of the services is now. */
export function readAccountState(scenario: Scenario, account: SimulatedAccount): AccountState {
  const managed = scenario.services.filter(({ service }) => !scenario.unmanaged.includes(service));
  const names = [
    ...managed.map(({ service }) => `/rollback-coordinator/${scenario.environment}/services/${service}`),
    ...scenario.services.map(({ stack }) => `/${stack}/table/name`),
  ];
  return {
    aliases: scenario.services.flatMap((entry) =>
      entry.targets.filter(isAlias).flatMap((target) => {
        const name = functionName(entry, target.function);
        const found = account.lambda.aliasTarget(name, target.alias);
        if (!found) return [];
        return {
          service: entry.service,
          function: target.function,
          alias: target.alias,
          version: found.version,
          weights: found.weights,
          release: releaseOf(account.lambda.version(name, found.version)?.code ?? ''),
        };
      }),
    ),
    stacks: scenario.services.flatMap(({ service, stack }) =>
      stack ? { service, stack, status: account.cloudFormation.status(stack) } : [],
    ),
    data: scenario.services.flatMap(({ service, stack }) =>
      account.cloudFormation.data.holders
        .filter((holder) => holder.stack === stack)
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
  return Number(/release-(\d+)\.zip/.exec(code)?.[1] ?? Number.NaN);
}
