import { type ServiceEntry, stacksOf } from '../../../shared/catalog/service-entry.ts';
import type { ScenarioFile } from './scenario.ts';
import { notOneOf, type ScenarioProblem } from './scenario-problem.ts';
import type { ScenarioRelease } from './scenario-release.ts';
import { stackOf, type TeamTemplates } from './service-functions.ts';
import { checkTeamTemplate, type TeamTemplate } from './team-template.ts';

/** Members of a release that describe the stack's content; a team's template contains it itself. */
const saidByTemplate = [
  'config',
  'adds',
  'removes',
  'retries',
  'exports',
  'imports',
  'migrates',
] as const satisfies (keyof ScenarioRelease)[];

/**
 * Every problem with the stacks of a scenario: stacks that belong to no service, templates that CloudFormation would refuse,
 * and releases that their stack cannot play.
 *
 * @param templates the readable ones
 */
export function checkStacks(
  file: ScenarioFile,
  entries: readonly ServiceEntry[],
  templates: TeamTemplates,
): ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  const add = (path: string, reason: string) => problems.push({ path, reason });
  const entryOf = (service: string) => entries.find((entry) => entry.service === service);
  const stored = (name: string) => file.parameters.find((one) => one.name === name)?.value;
  /** Template and parameters so far, by stack. */
  const states = new Map<
    string,
    { template: TeamTemplate | undefined; parameters: Record<string, string> }
  >();

  const change = (
    path: string,
    entry: ServiceEntry,
    one: { readonly stack?: string | undefined; readonly template?: string | undefined },
    given: Readonly<Record<string, string>>,
  ) => {
    const stack = stackOf(entry, one);
    const known = stacksOf(entry);
    if (!known.includes(stack)) add(`${path}.stack`, notOneOf(`a stack of ${entry.service}`, stack, known));
    const before = states.get(stack);
    const template = one.template === undefined ? before?.template : templates.get(one.template);
    const declared = Object.keys(template?.template.Parameters ?? {});
    const kept = Object.entries(before?.parameters ?? {}).filter(([name]) => declared.includes(name));
    const parameters = { ...Object.fromEntries(kept), ...given };
    states.set(stack, { template, parameters });
    // An unreadable template has been reported already.
    if (!template || (one.template === undefined && Object.keys(given).length === 0)) return;
    checkTeamTemplate(
      template,
      { stack, parameters, stored },
      {
        add: (at, reason) => add(`${path}.template`, `${template.path}: ${at ? `${at}: ` : ''}${reason}`),
      },
    );
  };

  for (const [index, one] of file.stacks.entries()) {
    const path = `stacks.${index}`;
    const entry = entryOf(one.service);
    if (!entry) {
      const names = entries.map(({ service }) => service);
      add(`${path}.service`, notOneOf('a service of the catalog', one.service, names));
      continue;
    }
    const stack = stackOf(entry, one);
    if (states.has(stack)) add(`${path}.stack`, `"${stack}" has a template already`);
    change(path, entry, one, one.parameters);
  }
  for (const entry of entries) {
    if (!file.stacks.some(({ service }) => service === entry.service)) continue;
    const without = stacksOf(entry).filter((stack) => !states.has(stack));
    for (const stack of without) {
      add('stacks', `"${stack}" of ${entry.service} needs a template too: another stack of it has one`);
    }
  }
  const order = [...file.releases.entries()].sort(([, a], [, b]) => a.at - b.at);
  for (const [index, release] of order) {
    const path = `releases.${index}`;
    const entry = entryOf(release.service);
    if (!entry) continue;
    const hasTemplate = file.stacks.some(({ service }) => service === release.service);
    if (!hasTemplate) {
      if (release.template !== undefined) {
        add(`${path}.template`, `${release.service} needs a template under \`stacks\` from the beginning`);
      }
      if (release.hooks.functions) {
        add(
          `${path}.hooks.functions`,
          'are those of a template of the team’s; use preTraffic and postTraffic',
        );
      }
      continue;
    }
    for (const member of saidByTemplate) {
      if (release[member] === undefined) continue;
      add(`${path}.${member}`, `${release.service} has a template of its own, which says so itself`);
    }
    for (const member of ['preTraffic', 'postTraffic'] as const) {
      if (!release.hooks[member]) continue;
      add(`${path}.hooks.${member}`, 'name the hooks of a template of the team’s under hooks.functions');
    }
    change(path, entry, release, release.stackParameters);
    const template = states.get(stackOf(entry, release))?.template;
    for (const name of Object.keys(release.hooks.functions ?? {})) {
      if (!template || template.functions.includes(name)) continue;
      add(
        `${path}.hooks.functions.${name}`,
        notOneOf('a function of the template', name, template.functions),
      );
    }
  }
  return problems;
}
