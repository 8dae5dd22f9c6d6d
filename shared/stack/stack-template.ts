import { CORE_SCHEMA, load, Type } from 'js-yaml';

/** A resource of a template, with the parts that the coordinator changes. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
}

/** A CloudFormation template in its long form. */
export interface StackTemplate {
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly [section: string]: unknown;
}

/**
 * Reads a template, JSON or YAML. Short forms such as `!Ref` become their equivalent long forms (CloudFormation user guide,
 * "Intrinsic function reference").
 *
 * @throws Error when the text is no template
 */
export function parseTemplate(text: string): StackTemplate {
  const isJson = text.trimStart().startsWith('{');
  const template: unknown = isJson ? JSON.parse(text) : load(text, { schema });
  if (typeof template !== 'object' || template === null || !('Resources' in template)) {
    throw new Error('The text is no CloudFormation template: it has no Resources.');
  }
  return template as StackTemplate;
}

/** The text of a template for CloudFormation: JSON, which is also YAML. */
export function templateText(template: StackTemplate): string {
  return JSON.stringify(template);
}

/** Names of the intrinsic functions that have a short form. */
const functionNames = [
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAtt',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Length',
  'Transform',
];

/** A short form that is missing here is an error: its value would be lost. */
const shortForms = [
  ...['Ref', 'Condition'].map((name) => [name, name] as const),
  ...functionNames.map((name) => [name, `Fn::${name}`] as const),
].flatMap(([name, long]) => [
  new Type(`!${name}`, {
    kind: 'scalar',
    construct: (text: string) => ({ [long]: name === 'GetAtt' ? attribute(text) : text }),
  }),
  ...(['sequence', 'mapping'] as const).map(
    (kind) => new Type(`!${name}`, { kind, construct: (value: unknown) => ({ [long]: value }) }),
  ),
]);

/** Without dates, which CloudFormation keeps as text. */
const schema = CORE_SCHEMA.extend(shortForms);

/** `Resource.Attribute`; an attribute may have dots itself. */
function attribute(text: string): [string, string] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}
