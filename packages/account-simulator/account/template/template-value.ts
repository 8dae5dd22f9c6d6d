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

/** The word for a value in an error message. */
export function kindOf(value: TemplateValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `a ${typeof value} (${JSON.stringify(value)})`;
}

/** The name of a value's intrinsic function (`Ref`, `Fn::…`), if the value is one. */
export function intrinsicName(value: TemplateValue | undefined): string | undefined {
  if (!isMap(value)) return undefined;
  const [key, other] = Object.keys(value);
  return key !== undefined && other === undefined && (key === 'Ref' || key.startsWith('Fn::'))
    ? key
    : undefined;
}

/** The text of a plain value: CloudFormation compares and joins numbers and booleans by their text. */
export function textOf(value: TemplateValue | undefined): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

/** A member of a mapping by a name from the template: never an inherited property of objects. */
export function member(map: TemplateValue | undefined, name: string): TemplateValue | undefined {
  return isMap(map) && Object.hasOwn(map, name) ? map[name] : undefined;
}
