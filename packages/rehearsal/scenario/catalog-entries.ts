import * as z from 'zod';
import { type ServiceEntry, serviceEntry } from '../../../shared/catalog/service-entry.ts';
import type { ScenarioFile } from './scenario.ts';
import { ScenarioError, type ScenarioProblem } from './scenario-problem.ts';
import { problemsOf } from './zod-problems.ts';

/** A catalog file: the entries as the parameters of the account hold them. */
const catalogFile = z.strictObject({ services: z.array(serviceEntry).min(1) });

/**
 * Checks what a catalog file holds.
 *
 * @throws ScenarioError with every problem
 */
export function parseCatalog(file: string, value: unknown): ServiceEntry[] {
  const parsed = catalogFile.safeParse(value);
  if (!parsed.success) throw new ScenarioError(file, problemsOf(parsed.error));
  const { services } = parsed.data;
  const problems = services.flatMap(({ service }, index) =>
    services.findIndex((other) => other.service === service) === index
      ? []
      : [{ path: `services.${index}.service`, reason: `"${service}" is there twice` }],
  );
  if (problems.length > 0) throw new ScenarioError(file, problems);
  return services;
}

/**
 * The entries as the scenario has them: its policies put over the catalog's, its declared alarms added.
 *
 * @param problems gets what is wrong with the result
 */
export function entriesOf(
  file: ScenarioFile,
  entries: readonly ServiceEntry[],
  problems: ScenarioProblem[],
): ServiceEntry[] {
  return entries.map((entry) => {
    const declared = file.alarms.filter((alarm) => alarm.declared && alarm.service === entry.service);
    const over = file.policies[entry.service];
    if (!over && declared.length === 0) return entry;
    const policy = mergeOver(entry.policy, over ?? {});
    const alarms = [...(policy.alarms as string[]), ...declared.map(({ name }) => name)];
    const parsed = serviceEntry.safeParse({ ...entry, policy: { ...policy, alarms } });
    if (parsed.success) return parsed.data;
    for (const { path, reason } of problemsOf(parsed.error)) {
      problems.push({ path: path.replace(/^policy/, `policies.${entry.service}`), reason });
    }
    return entry;
  });
}

/** Puts `over` over `base`, member by member; lists are replaced. */
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
