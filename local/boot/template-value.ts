/** A value of a template or definition after YAML or JSON parsing; intrinsics are in their long form. */
export type TemplateValue = null | boolean | number | string | readonly TemplateValue[] | TemplateMap;

/** A mapping of a template. */
export interface TemplateMap {
  readonly [key: string]: TemplateValue;
}

/** True for a mapping. */
export function isMap(value: TemplateValue | undefined): value is TemplateMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a list. */
export function isList(value: TemplateValue | undefined): value is readonly TemplateValue[] {
  return Array.isArray(value);
}

/** What a value is called in an error message. */
export function kindOf(value: TemplateValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `a ${typeof value} (${JSON.stringify(value)})`;
}
