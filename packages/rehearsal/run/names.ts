import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { LambdaFunction } from 'account-simulator/account/lambda/lambda-function.ts';
import { stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** What tells whose a function is. */
interface Ownership {
  readonly scenario: Pick<Scenario, 'services'>;
  readonly account: SimulatedAccount;
}

const known = new WeakMap<Scenario['services'], ReadonlyMap<string, string>>();

/** The service that a stack belongs to; undefined for one that is no service's. */
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

/** The service whose stack made a function; undefined for a function that is no service's. */
export function serviceOfFunction(
  { scenario, account }: Ownership,
  physicalName: string,
): string | undefined {
  return serviceOfStack(scenario, account.lambda.owner(physicalName)?.stack);
}

/** A function as people call it: its logical id. */
export function shortFunction({ account }: Pick<Ownership, 'account'>, physicalName: string): string {
  return account.lambda.owner(physicalName)?.logicalId ?? physicalName;
}

/** The functions that the stacks of a service have now, in the order they were made. */
export function functionsOfService(
  scenario: Pick<Scenario, 'services'>,
  account: SimulatedAccount,
  service: string,
): LambdaFunction[] {
  return account.lambda.functions.filter(({ owner }) => serviceOfStack(scenario, owner?.stack) === service);
}
