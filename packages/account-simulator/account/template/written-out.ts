import { expandLoops } from './loops.ts';
import type { Problems } from './problems.ts';
import { expandLayers } from './sam-layers.ts';
import type { Template } from './template.ts';
import type { TemplateValue } from './template-value.ts';

/**
 * A template with everything written out that decides on logical ids by the values of parameters: loops and layers.
 * Doing it again changes nothing.
 *
 * @param values of parameters and pseudo parameters, by name
 */
export function writtenOut(
  template: Template,
  values: ReadonlyMap<string, TemplateValue>,
  problems: Problems,
): Template {
  return expandLayers(expandLoops(template, values, problems), values, problems);
}
