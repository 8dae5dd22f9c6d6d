import { isAlias, isMap, isScalar, isSeq, type Node, type ParsedNode, parseDocument, type Tags } from 'yaml';
import type { Problems } from './problems.ts';
import type { TemplateMap, TemplateValue } from './template-value.ts';

/**
 * Parses a CloudFormation template or a state machine definition as AWS does: YAML 1.1 (of which JSON is a part) without the
 * timestamp, binary, omap, pairs and set types, aliases and merge keys, which CloudFormation does not accept. Short-form
 * intrinsics (`!Ref`, `!Sub` …) become their long form.
 *
 * Source: AWS CloudFormation User Guide, "CloudFormation template format" and "Intrinsic function reference".
 *
 * @returns the value, or `null` after reporting why the text cannot be read
 */
export function parseYaml(text: string, problems: Problems): TemplateValue {
  const json = parseJson(text);
  if (json !== undefined) return json;
  const document = parseDocument(text, {
    version: '1.1',
    merge: false,
    logLevel: 'silent',
    customTags: (tags) => tags.filter((tag) => !unsupportedTags.has(tagName(tag))),
  });
  for (const error of document.errors) problems.add('', error.message.split('\n')[0] ?? error.message);
  if (document.errors.length > 0 || document.contents === null) return null;
  return convert(document.contents, '', problems);
}

const yamlPrefix = 'tag:yaml.org,2002:';
const unsupportedTags = new Set(
  ['timestamp', 'binary', 'omap', 'pairs', 'set', 'merge'].map((name) => `${yamlPrefix}${name}`),
);

function tagName(tag: Tags[number]): string {
  return typeof tag === 'string' ? `${yamlPrefix}${tag}` : tag.tag;
}

/** Well-formed JSON is parsed as JSON: many times faster, and thousands of templates are JSON. */
function parseJson(text: string): TemplateValue | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // Short forms and comments inside braces are YAML; a text that is neither is refused as YAML.
    return undefined;
  }
}

function convert(node: Node | ParsedNode | null, path: string, problems: Problems): TemplateValue {
  if (node === null) return null;
  if (isAlias(node)) {
    problems.add(path, 'YAML aliases are not supported by CloudFormation');
    return null;
  }
  const value = convertPlain(node, path, problems);
  return node.tag?.startsWith('!') ? longForm(node.tag.slice(1), value, path, problems) : value;
}

function convertPlain(node: Node, path: string, problems: Problems): TemplateValue {
  if (isSeq(node)) return node.items.map((item, at) => convert(item as Node, `${path}[${at}]`, problems));
  if (isMap(node)) {
    const map: Record<string, TemplateValue> = {};
    for (const { key, value } of node.items) {
      const name = keyOf(key as Node, path, problems);
      if (name !== undefined) map[name] = convert(value as Node, path ? `${path}.${name}` : name, problems);
    }
    return map;
  }
  if (isScalar(node)) {
    const { value } = node;
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value))
      return value as TemplateValue;
  }
  problems.add(path, `the YAML type ${node.tag ?? 'of this value'} is not supported`);
  return null;
}

function keyOf(key: Node, path: string, problems: Problems): string | undefined {
  if (isScalar(key) && typeof key.value === 'string') {
    if (key.value !== '<<') return key.value;
    problems.add(path, 'YAML merge keys (<<) are not supported by CloudFormation');
    return undefined;
  }
  const source = isScalar(key) ? (key.source ?? String(key.value)) : String(key);
  if (isScalar(key) && typeof key.value === 'number') return source;
  problems.add(path, `the key ${source} is not read as text (YAML 1.1): put it in quotes`);
  return undefined;
}

/** Tags that stand for `Fn::<tag>`; the engine decides which are simulated. */
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

function longForm(tag: string, value: TemplateValue, path: string, problems: Problems): TemplateMap | null {
  if (tag === 'Ref' || tag === 'Condition') return { [tag]: value };
  if (tag === 'GetAtt') return { 'Fn::GetAtt': typeof value === 'string' ? splitAtDot(value) : value };
  if (functionTags.has(tag)) return { [`Fn::${tag}`]: value };
  problems.add(path, `the tag !${tag} is not one of CloudFormation's`);
  return null;
}

function splitAtDot(text: string): TemplateValue {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}
