import { expandLoops } from './loops.ts';
import type { Problems } from './problems.ts';
import { expandLayers } from './sam-layers.ts';
import type { Template } from './template.ts';
import type { TemplateValue } from './template-value.ts';

/**
 * A template with its loops and layers expanded, whose logical ids depend on the values of parameters. A second expansion
 * changes nothing.
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
