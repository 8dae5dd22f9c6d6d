import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { checkInput } from '../../../shared/check-input.ts';
import { drawEstate } from '../run/draw-estate.ts';
import { checkTogether, entriesOf, parseCatalog } from './catalog-entries.ts';
import { checkHealthChecks, checkNames } from './check-names.ts';
import { checkRehearsable } from './check-rehearsable.ts';
import { checkStacks } from './check-stacks.ts';
import { checkTimes } from './check-times.ts';
import { readText } from './files.ts';
import { readYaml } from './read-yaml.ts';
import { type Scenario, type ScenarioFile, scenarioFile } from './scenario.ts';
import { notOneOf, ScenarioError, type ScenarioProblem } from './scenario-problem.ts';
import type { TeamTemplates } from './service-functions.ts';
import { readTeamTemplate, type TeamTemplate } from './team-template.ts';

/** Folders of scenarios, catalogs and templates, relative to the project's root. */
const SCENARIOS = 'packages/rehearsal/scenarios';
const CATALOGS = 'packages/rehearsal/catalogs';
const TEMPLATES = 'packages/rehearsal/templates';

/** Names of the scenarios that come with the project, in alphabetical order. */
export function scenarioNames(root: string): string[] {
  return namesIn(join(root, SCENARIOS));
}

/**
 * Finds a scenario by its name or by the path of a YAML file, and reads it.
 *
 * @param root the project's root
 * @throws ScenarioError when the scenario does not exist or cannot be played
 */
export function findScenario(root: string, nameOrPath: string): Scenario {
  if (/\.ya?ml$/.test(nameOrPath)) {
    return readScenario(root, nameOrPath);
  }
  const names = scenarioNames(root);
  if (!names.includes(nameOrPath)) {
    const reason = notOneOf('a scenario (nor a path to a .yaml file)', nameOrPath, names);
    throw new ScenarioError('rehearse', [{ path: '', reason }]);
  }
  return readScenario(root, join(root, SCENARIOS, `${nameOrPath}.yaml`));
}

/** A drawn scenario with this number of services; see {@link drawEstate}. */
export function estate(services: number): Scenario {
  // JSON is YAML: one check serves both.
  return parseScenario(JSON.stringify(drawEstate(services)), {
    file: `${services}-services.yaml`,
    readCatalog: () => [],
  });
}

/** Reads the scenario in a file. @throws ScenarioError with every problem */
export function readScenario(root: string, path: string): Scenario {
  return parseScenario(readText(path), {
    file: basename(path),
    readCatalog: (name) => readCatalog(root, dirname(path), name, basename(path)),
    findTemplate: (name) => findTemplate(root, dirname(path), name),
  });
}

/** The source of a scenario's text, for messages, and the readers of its catalog and templates. */
export interface ScenarioSource {
  readonly file: string;
  readonly readCatalog: (name: string) => ServiceEntry[];
  /** The text of a template; without it a scenario can name none. @throws Error with the reason */
  readonly findTemplate?: (name: string) => string;
}

/** Checks the text of a scenario. @throws ScenarioError with every problem */
export function parseScenario(
  text: string,
  { file, readCatalog: read, findTemplate: find }: ScenarioSource,
): Scenario {
  const checked = checkInput(scenarioFile, readYaml(file, text));
  if ('problems' in checked) throw new ScenarioError(file, checked.problems);
  const { catalog, services, policies: _, ...rest } = checked.data;
  if ((catalog === undefined) === (services === undefined)) {
    throw new ScenarioError(file, [
      { path: 'catalog', reason: 'either a catalog or services of its own are needed, and not both' },
    ]);
  }
  const entries = services ? parseCatalog(file, { services }) : read(catalog as string);
  const problems: ScenarioProblem[] = [];
  const templates = readTemplates(checked.data, find, problems);
  problems.push(
    ...checkTogether(entries),
    ...checkRehearsable(entries, checked.data.stacks),
    ...checkStacks(checked.data, entries, templates),
    ...checkNames(checked.data, entries, templates),
    ...checkTimes(checked.data),
  );
  const own = entriesOf(checked.data, entries, problems);
  problems.push(...checkHealthChecks(checked.data, own));
  if (problems.length > 0) throw new ScenarioError(file, problems);
  const byTime = <T extends { at: number }>(all: readonly T[]) => [...all].sort((a, b) => a.at - b.at);
  return {
    ...rest,
    name: file.replace(/\.ya?ml$/, ''),
    services: own,
    templates,
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
  return parseCatalog(basename(path), readYaml(basename(path), readText(path)));
}

/** The text of a template: one of packages/rehearsal/templates by its name, or a file relative to `folder`. */
export function findTemplate(root: string, folder: string, name: string): string {
  const path = /\.(ya?ml|json|template)$/.test(name)
    ? resolve(folder, name)
    : join(root, TEMPLATES, `${name}.yaml`);
  if (!existsSync(path)) {
    const known = namesIn(join(root, TEMPLATES));
    throw new Error(notOneOf('a template (nor a path to a .yaml, .json or .template file)', name, known));
  }
  return readText(path);
}

/** The templates that a scenario names. @param problems receives their problems */
function readTemplates(
  { stacks, releases }: ScenarioFile,
  find: ScenarioSource['findTemplate'],
  problems: ScenarioProblem[],
): TeamTemplates {
  const named = [
    ...stacks.map(({ template }, index) => ({ path: `stacks.${index}.template`, template })),
    ...releases.map(({ template }, index) => ({ path: `releases.${index}.template`, template })),
  ];
  const templates = new Map<string, TeamTemplate>();
  for (const { path, template } of named) {
    if (template === undefined || templates.has(template)) continue;
    let found = 0;
    const add = (at: string, reason: string) => {
      found += 1;
      problems.push({ path, reason: `${template}: ${at ? `${at}: ` : ''}${reason}` });
    };
    const text = textOf(template, find);
    if (text instanceof Error) {
      problems.push({ path, reason: text.message });
      continue;
    }
    const read = readTeamTemplate(template, text, { add });
    if (found === 0) templates.set(template, read);
  }
  return templates;
}

function textOf(template: string, find: ScenarioSource['findTemplate']): string | Error {
  if (!find) return new Error('there is no folder to look for templates in');
  try {
    return find(template);
  } catch (error) {
    return error as Error;
  }
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}
