import * as z from 'zod';
import { checkCatalog } from '../../../shared/catalog/check-catalog.ts';
import { type ServiceEntry, serviceEntry } from '../../../shared/catalog/service-entry.ts';
import { checkInput } from '../../../shared/check-input.ts';
import type { ScenarioFile } from './scenario.ts';
import { ScenarioError, type ScenarioProblem } from './scenario-problem.ts';

/** A catalog file: the entries in the form of the account's parameters. */
const catalogFile = z.strictObject({ services: z.array(serviceEntry).min(1) });

/**
 * Checks the content of a catalog file.
 *
 * @throws ScenarioError with every problem
 */
export function parseCatalog(file: string, value: unknown): ServiceEntry[] {
  const checked = checkInput(catalogFile, value);
  if ('problems' in checked) throw new ScenarioError(file, checked.problems);
  const { services } = checked.data;
  const problems = services.flatMap(({ service }, index) =>
    services.findIndex((other) => other.service === service) === index
      ? []
      : [{ path: `services.${index}.service`, reason: `"${service}" is there twice` }],
  );
  if (problems.length > 0) throw new ScenarioError(file, problems);
  return services;
}

/** The problems of entries that are each valid alone, as `catalog validate` finds them: missing providers. */
export function checkTogether(entries: readonly ServiceEntry[]): ScenarioProblem[] {
  return checkCatalog(entries)
    .filter(({ severity }) => severity === 'error')
    .map(({ service, path, reason }) => ({ path: `services.${service}.${path}`, reason }));
}

/**
 * The entries of the scenario: its policies override the catalog's, its declared alarms are added.
 *
 * @param problems receives the problems of the result
 */
export function entriesOf(
  file: ScenarioFile,
  entries: readonly ServiceEntry[],
  problems: ScenarioProblem[],
): ServiceEntry[] {
  return entries.map((entry) => {
    const declared = file.alarms.filter((alarm) => alarm.declared && alarm.service === entry.service);
    const over = Object.hasOwn(file.policies, entry.service) ? file.policies[entry.service] : undefined;
    if (!over && declared.length === 0) return entry;
    const policy = mergeOver(entry.policy, over ?? {});
    const alarms = [...(policy.alarms as string[]), ...declared.map(({ name }) => name)];
    const checked = checkInput(serviceEntry, { ...entry, policy: { ...policy, alarms } });
    if ('data' in checked) return checked.data;
    for (const { path, reason } of checked.problems) {
      problems.push({ path: path.replace(/^policy/, `policies.${entry.service}`), reason });
    }
    return entry;
  });
}

/** Merges `over` into `base`, member by member; lists are replaced. */
function mergeOver(base: object, over: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMap(below) && isMap(value) ? mergeOver(below, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
