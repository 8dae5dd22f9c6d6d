import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { LambdaFunction } from 'account-simulator/account/lambda/lambda-function.ts';
import { stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** The scenario and account in which owners are looked up. */
interface Ownership {
  readonly scenario: Pick<Scenario, 'services'>;
  readonly account: SimulatedAccount;
}

const known = new WeakMap<Scenario['services'], ReadonlyMap<string, string>>();

/** The service that a stack belongs to; undefined if there is none. */
export function serviceOfStack(
  { services }: Pick<Scenario, 'services'>,
  stack: string | undefined,
): string | undefined {
  let byStack = known.get(services);
  if (!byStack) {
    byStack = new Map(
      services.flatMap((entry) => stacksOf(entry).map((name): [string, string] => [name, entry.service])),
    );
    known.set(services, byStack);
  }
  return byStack.get(stack ?? '');
}

/** The service whose stack made a function; undefined if there is none. */
export function serviceOfFunction(
  { scenario, account }: Ownership,
  physicalName: string,
): string | undefined {
  return serviceOfStack(scenario, account.lambda.owner(physicalName)?.stack);
}

/** The short name of a function: its logical id. */
export function shortFunction({ account }: Pick<Ownership, 'account'>, physicalName: string): string {
  return account.lambda.owner(physicalName)?.logicalId ?? physicalName;
}

/** The current functions of a service's stacks, in the order of creation. */
export function functionsOfService(
  scenario: Pick<Scenario, 'services'>,
  account: SimulatedAccount,
  service: string,
): LambdaFunction[] {
  return account.lambda.functions.filter(({ owner }) => serviceOfStack(scenario, owner?.stack) === service);
}
