import type { ResourceDeclaration } from './template.ts';
import type { ProblemList } from './template-problem.ts';
import { isList, isMap, kindOf, type TemplateMap, type TemplateValue } from './template-value.ts';

/** Sections of Globals that are simulated, by the resource type they apply to. */
const sections: Readonly<Record<string, string>> = {
  'AWS::Serverless::Function': 'Function',
  'AWS::Serverless::StateMachine': 'StateMachine',
};

/** Notes every section of Globals that is not simulated. */
export function checkGlobals(globals: TemplateMap, problems: ProblemList): void {
  const known = Object.values(sections);
  for (const [section, value] of Object.entries(globals)) {
    if (!known.includes(section)) problems.add(`Globals.${section}`, 'this section is not simulated');
    else if (!isMap(value)) problems.add(`Globals.${section}`, `must be a mapping, not ${kindOf(value)}`);
  }
}

/**
 * The resource with the template's Globals of its type under its own properties: maps are merged, lists are
 * joined with the global items first, and anything else is replaced by the resource's own.
 *
 * Source: AWS SAM specification, "Globals section of the template", overridable Globals.
 */
export function applyGlobals(resource: ResourceDeclaration, globals: TemplateMap): ResourceDeclaration {
  const section = globals[sections[resource.type] ?? ''];
  return isMap(section)
    ? { ...resource, properties: merge(section, resource.properties) as TemplateMap }
    : resource;
}

function merge(global: TemplateValue, own: TemplateValue): TemplateValue {
  if (isList(global) && isList(own)) return [...global, ...own];
  if (!isMap(global) || !isMap(own)) return own;
  const merged: Record<string, TemplateValue> = { ...global };
  for (const [key, value] of Object.entries(own)) {
    const underneath = global[key];
    merged[key] = underneath === undefined ? value : merge(underneath, value);
  }
  return merged;
}
