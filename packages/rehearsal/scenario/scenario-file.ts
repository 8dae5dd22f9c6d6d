import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { drawEstate } from '../run/draw-estate.ts';
import { entriesOf, parseCatalog } from './catalog-entries.ts';
import { checkHealthChecks, checkNames } from './check-names.ts';
import { checkRehearsable } from './check-rehearsable.ts';
import { readYaml } from './read-yaml.ts';
import { type Scenario, scenarioFile } from './scenario.ts';
import { notOneOf, ScenarioError } from './scenario-problem.ts';
import { problemsOf } from './zod-problems.ts';

/** Where scenarios and catalogs are, from the project's root. */
const SCENARIOS = 'packages/rehearsal/scenarios';
const CATALOGS = 'packages/rehearsal/catalogs';

/** Names of the scenarios that come with the project, in alphabetical order. */
export function scenarioNames(root: string): string[] {
  return namesIn(join(root, SCENARIOS));
}

/**
 * Finds a scenario by its name or by the path of a YAML file, and reads it.
 *
 * @param root the project's root
 * @throws ScenarioError when there is none, or it cannot be played
 */
export function findScenario(root: string, nameOrPath: string): Scenario {
  if (/\.ya?ml$/.test(nameOrPath)) {
    if (!existsSync(nameOrPath)) {
      throw new ScenarioError(nameOrPath, [{ path: '', reason: 'there is no such file' }]);
    }
    return readScenario(root, nameOrPath);
  }
  const names = scenarioNames(root);
  if (!names.includes(nameOrPath)) {
    const reason = notOneOf('a scenario (nor a path to a .yaml file)', nameOrPath, names);
    throw new ScenarioError('rehearse', [{ path: '', reason }]);
  }
  return readScenario(root, join(root, SCENARIOS, `${nameOrPath}.yaml`));
}

/** A drawn scenario of so many services; see {@link drawEstate}. */
export function estate(services: number): Scenario {
  // JSON is YAML: the one check there is serves both.
  return parseScenario(JSON.stringify(drawEstate(services)), {
    file: `${services}-services.yaml`,
    readCatalog: () => [],
  });
}

/** Reads the scenario in a file. @throws ScenarioError with every problem of it */
export function readScenario(root: string, path: string): Scenario {
  return parseScenario(readFileSync(path, 'utf8'), {
    file: basename(path),
    readCatalog: (name) => readCatalog(root, dirname(path), name, basename(path)),
  });
}

/** Where a scenario's text comes from, for its messages, and how its catalog is read. */
export interface ScenarioSource {
  readonly file: string;
  readonly readCatalog: (name: string) => ServiceEntry[];
}

/** Checks the text of a scenario. @throws ScenarioError with every problem of it */
export function parseScenario(text: string, { file, readCatalog: read }: ScenarioSource): Scenario {
  const parsed = scenarioFile.safeParse(readYaml(file, text));
  if (!parsed.success) throw new ScenarioError(file, problemsOf(parsed.error));
  const { catalog, services, policies: _, ...rest } = parsed.data;
  if ((catalog === undefined) === (services === undefined)) {
    throw new ScenarioError(file, [
      { path: 'catalog', reason: 'either a catalog or services of its own are needed, and not both' },
    ]);
  }
  const entries = services ? parseCatalog(file, { services }) : read(catalog as string);
  const problems = [...checkRehearsable(entries), ...checkNames(parsed.data, entries)];
  const own = entriesOf(parsed.data, entries, problems);
  problems.push(...checkHealthChecks(parsed.data, own));
  if (problems.length > 0) throw new ScenarioError(file, problems);
  const byTime = <T extends { at: number }>(all: readonly T[]) => [...all].sort((a, b) => a.at - b.at);
  return {
    ...rest,
    name: file.replace(/\.ya?ml$/, ''),
    services: own,
    releases: byTime(rest.releases),
    starts: byTime(rest.starts),
  };
}

/** Reads a catalog: one of packages/rehearsal/catalogs by its name, or a file relative to `folder`. */
export function readCatalog(root: string, folder: string, name: string, file: string): ServiceEntry[] {
  const path = /\.ya?ml$/.test(name) ? resolve(folder, name) : join(root, CATALOGS, `${name}.yaml`);
  if (!existsSync(path)) {
    const reason = notOneOf('a catalog (nor a path to a .yaml file)', name, namesIn(join(root, CATALOGS)));
    throw new ScenarioError(file, [{ path: 'catalog', reason }]);
  }
  return parseCatalog(basename(path), readYaml(basename(path), readFileSync(path, 'utf8')));
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}
