import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { ScenarioFile } from './scenario.ts';
import type { TeamTemplate } from './team-template.ts';

/** The templates that a scenario names, by their paths. */
export type TeamTemplates = ReadonlyMap<string, TeamTemplate>;

/** What says which functions a service has. */
export interface FunctionSources extends Pick<ScenarioFile, 'stacks' | 'releases'> {
  readonly templates: TeamTemplates;
}

/** The stack that a release or a template of the scenario is for. */
export function stackOf(entry: ServiceEntry, { stack }: { readonly stack?: string | undefined }): string {
  return stack ?? entry.stack ?? '';
}

/** The templates of the team's that the stacks of a service have one after the other; none where the rehearsal makes one. */
export function templatesOf(
  { stacks, releases, templates }: FunctionSources,
  { service }: ServiceEntry,
): TeamTemplate[] {
  const named = [...stacks, ...releases].flatMap((one) =>
    one.service === service && one.template !== undefined ? (templates.get(one.template) ?? []) : [],
  );
  return [...new Set(named)];
}

/** Logical ids of the functions that a service has at some time of the scenario. */
export function functionsOf(sources: FunctionSources, entry: ServiceEntry): string[] {
  const templates = templatesOf(sources, entry);
  if (templates.length > 0) return [...new Set(templates.flatMap(({ functions }) => functions))];
  return entry.targets.filter(isAlias).map((target) => target.function);
}
