import type { ProblemList } from './template-problem.ts';
import { isList, isMap, kindOf, type TemplateMap, type TemplateValue } from './template-value.ts';
import { parseYaml } from './yaml-document.ts';

/** A resource as the template declares it, intrinsics unresolved. */
export interface ResourceDeclaration {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: TemplateMap;
  /** Name of the condition it is created under. */
  readonly condition?: string;
  readonly dependsOn: readonly string[];
  /** Where its properties stand in the file; a resource that SAM makes points at what it is made from. */
  readonly path: string;
}

/** A SAM template, split into its sections and with its shape checked; nothing is resolved yet. */
export interface Template {
  readonly file: string;
  readonly parameters: TemplateMap;
  readonly rules: TemplateMap;
  readonly mappings: TemplateMap;
  readonly conditions: TemplateMap;
  readonly globals: TemplateMap;
  readonly resources: readonly ResourceDeclaration[];
  readonly outputs: TemplateMap;
}

const samTransform = 'AWS::Serverless-2016-10-31';
const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Globals',
  'Resources',
  'Outputs',
];

/** Attributes of a resource that say what happens when the stack changes, which a rehearsal never does. */
const resourceAttributes = [
  'Type',
  'Properties',
  'Condition',
  'DependsOn',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
];

/** Splits the text of a template into its sections and notes everything that is not of the documented form. */
export function readTemplate(text: string, problems: ProblemList): Template {
  const root = mapAt(parseYaml(text, problems), '', problems);
  for (const section of Object.keys(root)) {
    if (!sections.includes(section)) problems.add(section, 'this section is not simulated');
  }
  const transform = root.Transform;
  const transforms = isList(transform) ? transform : transform === undefined ? [] : [transform];
  for (const name of transforms) {
    if (name !== samTransform)
      problems.add('Transform', `only ${samTransform} is simulated, not ${kindOf(name)}`);
  }
  const section = (name: string) => mapAt(root[name] ?? {}, name, problems);
  const resources = Object.entries(section('Resources')).flatMap(
    ([logicalId, value]) => readResource(logicalId, value, problems) ?? [],
  );
  if (resources.length === 0 && !problems.hasAt('Resources'))
    problems.add('Resources', 'there are no resources');
  const samResource = resources.find(({ type }) => type.startsWith('AWS::Serverless::'));
  if (samResource && transforms.length === 0) {
    problems.add(`Resources.${samResource.logicalId}.Type`, `needs "Transform: ${samTransform}"`);
  }
  return {
    file: problems.file,
    parameters: section('Parameters'),
    rules: section('Rules'),
    mappings: section('Mappings'),
    conditions: section('Conditions'),
    globals: section('Globals'),
    resources,
    outputs: section('Outputs'),
  };
}

function readResource(logicalId: string, value: TemplateValue, problems: ProblemList) {
  const path = `Resources.${logicalId}`;
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) problems.add(path, 'a logical id has only letters and digits');
  const resource = mapAt(value, path, problems);
  for (const attribute of Object.keys(resource)) {
    if (!resourceAttributes.includes(attribute)) problems.add(`${path}.${attribute}`, 'is not simulated');
  }
  const type = resource.Type;
  if (typeof type !== 'string') {
    if (!problems.hasAt(path))
      problems.add(`${path}.Type`, `must be the name of a type, not ${kindOf(type)}`);
    return undefined;
  }
  const condition = resource.Condition;
  if (condition !== undefined && typeof condition !== 'string') {
    problems.add(`${path}.Condition`, `must be the name of a condition, not ${kindOf(condition)}`);
  }
  const declaration: ResourceDeclaration = {
    logicalId,
    type,
    properties: mapAt(resource.Properties ?? {}, `${path}.Properties`, problems),
    dependsOn: readDependsOn(resource.DependsOn, `${path}.DependsOn`, problems),
    path: `${path}.Properties`,
    ...(typeof condition === 'string' ? { condition } : {}),
  };
  return declaration;
}

function readDependsOn(value: TemplateValue | undefined, path: string, problems: ProblemList): string[] {
  const list = value === undefined ? [] : isList(value) ? value : [value];
  return list.flatMap((item) => {
    if (typeof item === 'string') return item;
    problems.add(path, `must name resources, not ${kindOf(item)}`);
    return [];
  });
}

function mapAt(value: TemplateValue, path: string, problems: ProblemList): TemplateMap {
  if (isMap(value)) return value;
  if (problems.problems.length === 0 || path) problems.add(path, `must be a mapping, not ${kindOf(value)}`);
  return {};
}
