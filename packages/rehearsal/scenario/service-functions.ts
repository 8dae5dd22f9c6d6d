import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { ScenarioFile } from './scenario.ts';
import type { TeamTemplate } from './team-template.ts';

/** The templates that a scenario names, by their paths. */
export type TeamTemplates = ReadonlyMap<string, TeamTemplate>;

/** The parts of a scenario that define the functions of a service. */
export interface FunctionSources extends Pick<ScenarioFile, 'stacks' | 'releases'> {
  readonly templates: TeamTemplates;
}

/** The stack of a release or template in the scenario. */
export function stackOf(entry: ServiceEntry, { stack }: { readonly stack?: string | undefined }): string {
  return stack ?? entry.stack ?? '';
}

/** The team's templates that a service's stacks have in turn; none where the rehearsal makes the template. */
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
