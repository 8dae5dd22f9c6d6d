import { notSimulated, type Problems } from './problems.ts';
import { isList, isMap, member, type TemplateMap, type TemplateValue } from './template-value.ts';
import { parseYaml } from './yaml-document.ts';

/** A resource as a template declares it. */
export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: TemplateMap;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: TemplateMap;
  readonly [other: string]: unknown;
}

/** Declarations by logical id. */
export type Resources = Readonly<Record<string, ResourceDeclaration>>;

/** A parameter as a template declares it. */
export interface ParameterDeclaration {
  readonly Type: string;
  readonly Default?: string | number | boolean;
  readonly NoEcho?: boolean | string;
  readonly [other: string]: unknown;
}

/** An output as a template declares it. */
export interface OutputDeclaration {
  readonly Value: TemplateValue;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: TemplateValue };
}

/** A template after parsing, with short forms such as `!Ref` expanded. Nothing is resolved. */
export interface Template {
  readonly Transform?: string | readonly string[];
  readonly Description?: string;
  readonly Globals?: Readonly<Record<string, TemplateMap>>;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Rules?: TemplateMap;
  readonly Mappings?: TemplateMap;
  readonly Conditions?: TemplateMap;
  readonly Resources: Resources;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
  /** The loops (`Fn::ForEach`) among the members of a section. */
  readonly Loops?: Partial<Record<LoopingSection, TemplateMap>> | undefined;
}

/** The sections that may contain loops. */
export const LOOPING = ['Conditions', 'Resources', 'Outputs'] as const;
export type LoopingSection = (typeof LOOPING)[number];

/** Prefix of a loop's key. */
export const LOOP = 'Fn::ForEach::';
/** Name of the SAM transform. */
export const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31';
/** Name of the transform that adds functions to the language. */
export const LANGUAGE_EXTENSIONS = 'AWS::LanguageExtensions';

const SECTIONS = [
  'AWSTemplateFormatVersion',
  'Transform',
  'Description',
  'Metadata',
  'Globals',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
];
/** Sections that are mappings of mappings. */
const NESTED = ['Globals', 'Parameters', 'Rules', 'Mappings', 'Resources', 'Outputs'];

const RESOURCE_ATTRIBUTES = [
  'Type',
  'Properties',
  'Condition',
  'CreationPolicy',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'UpdatePolicy',
  'UpdateReplacePolicy',
];

const PARAMETER_ATTRIBUTES = [
  'Type',
  'Default',
  'Description',
  'AllowedValues',
  'AllowedPattern',
  'MinLength',
  'MaxLength',
  'MinValue',
  'MaxValue',
  'ConstraintDescription',
  'NoEcho',
];

/**
 * Reads a template, JSON or YAML, and reports every part that does not have the documented form, and every section or
 * transform that is not simulated.
 *
 * @returns the well-formed parts, so that they can be checked too; a template with a report must not be deployed
 */
export function readTemplate(text: string, problems: Problems): Template {
  let hasFailed = false;
  const root = parseYaml(text, {
    add: (path, reason) => {
      hasFailed = true;
      problems.add(path, `Template format error: ${reason}`);
    },
  });
  if (!isMap(root)) {
    if (!hasFailed) problems.add('', 'Template format error: unsupported structure.');
    return { Resources: {} };
  }
  for (const section of Object.keys(root)) {
    if (!SECTIONS.includes(section)) {
      problems.add(section, `Invalid template property or properties [${section}]`);
    }
  }
  for (const name of transformsOf(root as Pick<Template, 'Transform'>)) {
    if (name !== SAM_TRANSFORM && name !== LANGUAGE_EXTENSIONS) {
      problems.add('Transform', notSimulated(`the transform ${name}`));
    }
  }
  const sections = Object.fromEntries(
    [...NESTED, 'Conditions'].flatMap((name) => {
      const section = member(root, name);
      return section === undefined ? [] : [[name, mapIn(section, name, problems)]];
    }),
  );
  const Resources = sections.Resources ?? {};
  const Loops = loopsOf(root);
  const hasExtensions = transformsOf(root as Pick<Template, 'Transform'>).includes(LANGUAGE_EXTENSIONS);
  for (const [logicalId, resource] of Object.entries(Resources)) {
    checkResource(logicalId, resource, hasExtensions, problems);
  }
  if (Object.keys(Resources).length === 0 && !Loops?.Resources && !hasFailed) {
    problems.add('Resources', 'Template format error: At least one Resources member must be defined.');
  }
  for (const [name, parameter] of Object.entries(sections.Parameters ?? {})) {
    checkParameter(name, parameter as TemplateMap, problems);
  }
  for (const [name, output] of Object.entries(sections.Outputs ?? {})) checkOutput(name, output, problems);
  return { ...root, ...sections, Resources, ...(Loops && { Loops }) } as unknown as Template;
}

function loopsOf(root: TemplateMap): Template['Loops'] {
  const found = LOOPING.flatMap((name) => {
    const section = member(root, name);
    const loops = isMap(section) ? Object.entries(section).filter(([key]) => key.startsWith(LOOP)) : [];
    return loops.length > 0 ? [[name, Object.fromEntries(loops)]] : [];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** The transforms of a template. */
export function transformsOf({ Transform }: Pick<Template, 'Transform'>): readonly string[] {
  return [Transform ?? []].flat().map((name) => (typeof name === 'string' ? name : JSON.stringify(name)));
}

/** A section; members that must be mappings and are not are reported and left out. */
function mapIn(section: TemplateValue, name: string, problems: Problems): TemplateMap {
  if (!isMap(section)) {
    problems.add(name, `Template format error: [/${name}] must be an object.`);
    return {};
  }
  const mayLoop = LOOPING.some((one) => one === name);
  const members = Object.entries(section).filter(([key]) => !(mayLoop && key.startsWith(LOOP)));
  if (!NESTED.includes(name)) return Object.fromEntries(members);
  return Object.fromEntries(
    members.filter(([key, value]) => {
      if (isMap(value)) return true;
      problems.add(`${name}.${key}`, `Template format error: [/${name}/${key}] must be an object.`);
      return false;
    }),
  );
}

/** Reports every deviation of a resource from the documented form. */
export function checkResource(
  logicalId: string,
  resource: TemplateValue,
  hasExtensions: boolean,
  problems: Problems,
): void {
  const path = `Resources.${logicalId}`;
  if (!isMap(resource)) {
    problems.add(path, `Template format error: [/Resources/${logicalId}] must be an object.`);
    return;
  }
  if (!/^[A-Za-z0-9]+$/.test(logicalId)) {
    problems.add(path, `Template format error: Resource name ${logicalId} is non alphanumeric.`);
  }
  for (const attribute of Object.keys(resource)) {
    if (!RESOURCE_ATTRIBUTES.includes(attribute)) {
      problems.add(`${path}.${attribute}`, `Invalid template resource property '${attribute}'`);
    }
  }
  if (typeof member(resource, 'Type') !== 'string') {
    problems.add(
      `${path}.Type`,
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
    );
  }
  const properties = member(resource, 'Properties');
  if (properties !== undefined && !isMap(properties)) {
    problems.add(
      `${path}.Properties`,
      `Template format error: [/Resources/${logicalId}/Properties] must be an object.`,
    );
  }
  const { Condition = '', DependsOn = '' } = resource;
  if (typeof Condition !== 'string') {
    problems.add(`${path}.Condition`, 'Template format error: Every Condition member must be a string.');
  }
  for (const attribute of ['DeletionPolicy', 'UpdateReplacePolicy']) {
    if (isMap(resource[attribute]) && !hasExtensions) {
      problems.add(
        `${path}.${attribute}`,
        `Template format error: Every ${attribute} member must be a string.`,
      );
    }
  }
  if (![DependsOn].flat().every((name) => typeof name === 'string')) {
    problems.add(`${path}.DependsOn`, 'Template format error: Every DependsOn value must be a string.');
  }
}

/** Reports an output without a value. */
export function checkOutput(name: string, output: TemplateValue, problems: Problems): void {
  if (member(output, 'Value') !== undefined) return;
  problems.add(
    `Outputs.${name}`,
    `Template format error: Output ${name} is malformed. Every Outputs member must contain a Value object`,
  );
}

function checkParameter(name: string, parameter: TemplateMap, problems: Problems): void {
  for (const attribute of Object.keys(parameter)) {
    if (!PARAMETER_ATTRIBUTES.includes(attribute)) {
      problems.add(`Parameters.${name}.${attribute}`, `Invalid template parameter property '${attribute}'`);
    }
  }
  const { Type } = parameter;
  if (typeof Type === 'string' && /^(String|Number|CommaDelimitedList|List<.+>|AWS::.+)$/.test(Type)) return;
  problems.add(
    `Parameters.${name}.Type`,
    Type === undefined
      ? 'Template format error: Every Parameters object must contain a Type member.'
      : `Template format error: Unrecognized parameter type: ${isList(Type) || isMap(Type) ? 'none' : Type}`,
  );
}
