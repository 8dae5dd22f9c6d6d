import type { SimulatedAccount } from '../account/account.ts';
import type { AccountState } from './rehearsal-result.ts';
import type { Scenario } from './scenario.ts';
import { functionName } from './service-template.ts';

/** Reads what every alias, stack and parameter of the services is now. */
export function readAccountState(scenario: Scenario, account: SimulatedAccount): AccountState {
  const managed = scenario.services.filter(({ service }) => !scenario.unmanaged.includes(service));
  const names = [
    ...managed.map(({ service }) => `/rollback-coordinator/${scenario.environment}/services/${service}`),
    ...scenario.services.map(({ stack }) => `/${stack}/table/name`),
  ];
  return {
    aliases: scenario.services.flatMap((entry) =>
      entry.targets.flatMap((target) => {
        if (target.kind === 'cloudformation') return [];
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
    parameters: names.flatMap((Name) => {
      const found = parameter(account, Name);
      return found ? { name: Name, version: found.Version ?? 0, value: found.Value ?? '' } : [];
    }),
  };
}

function releaseOf(code: string): number {
  return Number(/release-(\d+)\.zip/.exec(code)?.[1] ?? Number.NaN);
}

function parameter(account: SimulatedAccount, Name: string) {
  const { Parameters } = account.parameterStore.operations.GetParameters({ Names: [Name] }) as {
    Parameters?: { Version?: number; Value?: string }[];
  };
  return Parameters?.[0];
}
