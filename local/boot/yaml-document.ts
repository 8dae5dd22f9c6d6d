import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, parseDocument, type Tags } from 'yaml';
import type { ProblemList } from './template-problem.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';

/**
 * Parses a CloudFormation template or a state machine definition as AWS does: YAML 1.1 (of which JSON is a
 * part) without the timestamp, binary, omap, pairs and set types, aliases and merge keys, which CloudFormation
 * does not take. Short-form intrinsics (`!Ref`, `!Sub` …) become their long form.
 *
 * Source: AWS CloudFormation User Guide, "CloudFormation template format" and "Intrinsic function reference".
 *
 * @returns the value, or `null` after noting why the text cannot be read
 */
export function parseYaml(text: string, problems: ProblemList, file = problems.file): TemplateValue {
  const document = parseDocument(text, {
    version: '1.1',
    merge: false,
    logLevel: 'silent',
    customTags: (tags) => tags.filter((tag) => !unsupportedTags.has(tagName(tag))),
  });
  for (const error of document.errors) problems.add('', error.message.split('\n')[0] ?? error.message, file);
  if (document.errors.length > 0 || document.contents === null) return null;
  return convert(document.contents, '', { problems, file });
}

const yamlPrefix = 'tag:yaml.org,2002:';
const unsupportedTags = new Set(
  ['timestamp', 'binary', 'omap', 'pairs', 'set', 'merge'].map((name) => `${yamlPrefix}${name}`),
);

function tagName(tag: Tags[number]): string {
  return typeof tag === 'string' ? `${yamlPrefix}${tag}` : tag.tag;
}

interface Target {
  readonly problems: ProblemList;
  readonly file: string;
}

function convert(node: Node | ParsedNode | null, path: string, target: Target): TemplateValue {
  if (node === null) return null;
  if (isAlias(node)) {
    target.problems.add(path, 'YAML aliases are not supported by CloudFormation', target.file);
    return null;
  }
  const value = convertPlain(node, path, target);
  return node.tag?.startsWith('!') ? longForm(node.tag.slice(1), value, path, target) : value;
}

function convertPlain(node: Node, path: string, target: Target): TemplateValue {
  if (isSeq(node)) return node.items.map((item, at) => convert(item as Node, `${path}[${at}]`, target));
  if (isMap(node)) {
    const map: Record<string, TemplateValue> = {};
    for (const { key, value } of node.items) {
      const name = keyOf(key as Node, path, target);
      if (name !== undefined) map[name] = convert(value as Node, path ? `${path}.${name}` : name, target);
    }
    return map;
  }
  if (isScalar(node)) {
    const { value } = node;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
      return value as TemplateValue;
  }
  target.problems.add(path, `the YAML type ${node.tag ?? 'of this value'} is not supported`, target.file);
  return null;
}

function keyOf(key: Node, path: string, target: Target): string | undefined {
  if (isScalar(key) && typeof key.value === 'string') {
    if (key.value !== '<<') return key.value;
    target.problems.add(path, 'YAML merge keys (<<) are not supported by CloudFormation', target.file);
    return undefined;
  }
  const source = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
  if (isScalar(key) && typeof key.value === 'number') return source;
  target.problems.add(
    path,
    `the key ${source} is not read as text (YAML 1.1): put it in quotes`,
    target.file,
  );
  return undefined;
}

/** Tags that stand for `Fn::<tag>`; which of them the rehearsal evaluates, the resolver says. */
const functionTags = new Set([
  'And',
  'Base64',
  'Cidr',
  'Equals',
  'FindInMap',
  'GetAZs',
  'If',
  'ImportValue',
  'Join',
  'Length',
  'Not',
  'Or',
  'Select',
  'Split',
  'Sub',
  'ToJsonString',
  'Transform',
]);

function longForm(tag: string, value: TemplateValue, path: string, target: Target): TemplateMap | null {
  if (tag === 'Ref' || tag === 'Condition') return { [tag]: value };
  if (tag === 'GetAtt') return { 'Fn::GetAtt': typeof value === 'string' ? splitAtDot(value) : value };
  if (functionTags.has(tag)) return { [`Fn::${tag}`]: value };
  target.problems.add(path, `the tag !${tag} is not one of CloudFormation's`, target.file);
  return null;
}

function splitAtDot(text: string): TemplateValue {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
