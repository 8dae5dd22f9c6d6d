import { intrinsicName, type TemplateMap, type TemplateValue } from './template-value.ts';

/** The JSON text of a value; functions in it, whose values only the stack knows, are joined into the text. */
export function jsonString(value: TemplateValue): TemplateValue {
  const functions: TemplateMap[] = [];
  const text = JSON.stringify(value, (_, item: TemplateValue) =>
    intrinsicName(item) === undefined ? item : `\u0000${functions.push(item as TemplateMap) - 1}\u0000`,
  );
  if (functions.length === 0) return text;
  // A placeholder's text: a number between two characters that no template can contain.
  const parts = text.split(/\\u0000(\d+)\\u0000/);
  const pieces = parts.map((part, index) =>
    index % 2 === 0 ? part : (functions[Number(part)] as TemplateMap),
  );
  return { 'Fn::Join': ['', pieces] };
}
