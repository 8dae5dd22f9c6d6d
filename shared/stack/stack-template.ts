import { type CollectionTag, parseDocument, type ScalarTag, type YAMLMap, type YAMLSeq } from 'yaml';

/** A resource of a template, as much of it as the coordinator changes. */
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
 * Reads a template, JSON or YAML. Short forms such as `!Ref` become their long forms, which mean the same
 * (CloudFormation user guide, "Intrinsic function reference").
 *
 * @throws Error when the text is no template
 */
export function parseTemplate(text: string): StackTemplate {
  const isJson = text.trimStart().startsWith('{');
  const template: unknown = isJson ? JSON.parse(text) : parseYaml(text);
  if (typeof template !== 'object' || template === null || !('Resources' in template)) {
    throw new Error('The text is no CloudFormation template: it has no Resources.');
  }
  return template as StackTemplate;
}

/** What the parser only warns of, a short form that it does not know, would be lost. */
function parseYaml(text: string): unknown {
  const document = parseDocument(text, { customTags: shortForms });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw problem;
  return document.toJS();
}

/** The text of a template that is sent to CloudFormation: JSON, which is YAML as well. */
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

const shortForms: (ScalarTag | CollectionTag)[] = [
  ...['Ref', 'Condition'].map((name) => [name, name] as const),
  ...functionNames.map((name) => [name, `Fn::${name}`] as const),
].flatMap(([name, long]) => [
  { tag: `!${name}`, resolve: (text: string) => ({ [long]: name === 'GetAtt' ? attribute(text) : text }) },
  ...(['seq', 'map'] as const).map((collection) => ({
    tag: `!${name}`,
    collection,
    resolve: (node: YAMLSeq | YAMLMap) => ({ [long]: node.toJSON() }),
  })),
]);

/** `Resource.Attribute`; an attribute may have dots itself. */
function attribute(text: string): [string, string] {
  const dot = text.indexOf('.');
  return [text.slice(0, dot), text.slice(dot + 1)];
}
