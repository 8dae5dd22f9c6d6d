import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type ScenarioParameter, scenarioParameter } from '../scenario/scenario-parameter.ts';
import { secureStringSecret } from './planted-secrets.ts';

/** The parameters of the scenario: the listed ones, and one for each other parameter target. */
export function scenarioParameters({
  parameters,
  services,
}: Pick<Scenario, 'parameters' | 'services'>): ScenarioParameter[] {
  const unlisted = services
    .flatMap(({ targets }) => targets)
    .flatMap((target) => (target.kind === 'parameter' ? [target] : []))
    .filter((target) => !parameters.some(({ name }) => isOfTarget(name, target)))
    .map(({ name, path }) => scenarioParameter.parse({ name: name ?? `${path}/setting` }));
  return [...parameters, ...unlisted];
}

/** Whether a target restores a parameter. */
export function isOfTarget(
  parameter: string,
  { name, path }: { readonly name?: string | undefined; readonly path?: string | undefined },
): boolean {
  return parameter === name || (path !== undefined && parameter.startsWith(`${path}/`));
}

/** The service whose target a parameter is. */
export function serviceOfParameter(
  { services }: { readonly services: readonly ServiceEntry[] },
  parameter: string,
): string | undefined {
  return services.find(({ targets }) =>
    targets.some((target) => target.kind === 'parameter' && isOfTarget(parameter, target)),
  )?.service;
}

const mark = `${secureStringSecret}:`;

/** The stored form of a scenario's value: a SecureString carries the secret whose leaks are searched for. */
export function storedValue({ type }: ScenarioParameter, value: string): string {
  return type === 'SecureString' ? `${mark}${value}` : value;
}

/** The value as the scenario writes it. */
export function shownValue(stored: string): string {
  return stored.startsWith(mark) ? stored.slice(mark.length) : stored;
}
