import { type CollectionTag, parse, type ScalarTag, type YAMLMap, type YAMLSeq } from 'yaml';
import { validationError } from './cloudformation-errors.ts';

/** A resource as a template declares it. */
export interface ResourceDeclaration {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly UpdatePolicy?: Readonly<Record<string, unknown>>;
  readonly [other: string]: unknown;
}

/** A parameter as a template declares it. */
export interface ParameterDeclaration {
  readonly Type?: string;
  readonly Default?: string | number | boolean;
  readonly NoEcho?: boolean | string;
  readonly AllowedValues?: readonly (string | number)[];
  readonly AllowedPattern?: string;
  readonly [other: string]: unknown;
}

/** An output as a template declares it. */
export interface OutputDeclaration {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Condition?: string;
  readonly Export?: { readonly Name: unknown };
}

/** A template after parsing, short forms such as `!Ref` written out. */
export interface Template {
  readonly Transform?: string | readonly string[];
  readonly Description?: string;
  readonly Globals?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly Parameters?: Readonly<Record<string, ParameterDeclaration>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly Outputs?: Readonly<Record<string, OutputDeclaration>>;
}

/** Name of the SAM transform. */
export const SAM_TRANSFORM = 'AWS::Serverless-2016-10-31';

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Transform',
  'Description',
  'Metadata',
  'Globals',
  'Parameters',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
]);

/**
 * Reads a template, JSON or YAML with CloudFormation's short forms.
 *
 * @throws ValidationError when it is no template, or uses a section or transform that is not supported
 */
export function parseTemplate(text: string): Template {
  const template = read(text);
  if (typeof template !== 'object' || template === null || Array.isArray(template)) {
    throw validationError('Template format error: unsupported structure.');
  }
  for (const section of Object.keys(template)) {
    if (!SECTIONS.has(section)) {
      throw validationError(`Invalid template property or properties [${section}]`);
    }
  }
  const parsed = template as Template;
  if (!parsed.Resources || Object.keys(parsed.Resources).length === 0) {
    throw validationError('Template format error: At least one Resources member must be defined.');
  }
  for (const [logicalId, resource] of Object.entries(parsed.Resources)) {
    if (typeof resource?.Type !== 'string') {
      throw validationError(`Template format error: [/Resources/${logicalId}] Every resource needs a Type.`);
    }
  }
  for (const transform of transformsOf(parsed)) {
    if (transform !== SAM_TRANSFORM) {
      throw validationError(`The simulated CloudFormation does not support the transform ${transform}.`);
    }
  }
  return parsed;
}

/** The transforms a template asks for. */
export function transformsOf({ Transform }: Template): readonly string[] {
  if (Transform === undefined) return [];
  return typeof Transform === 'string' ? [Transform] : Transform;
}

function read(text: string): unknown {
  try {
    return text.trimStart().startsWith('{') ? JSON.parse(text) : parse(text, { customTags: SHORT_FORMS });
  } catch (error) {
    throw validationError(
      `Template format error: ${error instanceof Error ? error.message : 'not readable'}`,
    );
  }
}

/** `!GetAtt a.b` is a list in its long form, `!Ref` and `!Condition` carry no `Fn::`. */
function longForm(name: string, value: unknown): Record<string, unknown> {
  if (name === 'Ref' || name === 'Condition') return { [name]: value };
  if (name === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.');
    return { 'Fn::GetAtt': [value.slice(0, dot), value.slice(dot + 1)] };
  }
  return { [`Fn::${name}`]: value };
}

const SHORT_FORMS: (ScalarTag | CollectionTag)[] = [
  'Ref',
  'Condition',
  'GetAtt',
  'Sub',
  'Join',
  'Select',
  'Split',
  'FindInMap',
  'If',
  'Equals',
  'Not',
  'And',
  'Or',
  'ImportValue',
  'Base64',
  'Cidr',
  'GetAZs',
  'Transform',
].flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => longForm(name, text) },
  {
    tag: `!${name}`,
    collection: 'seq' as const,
    resolve: (sequence: YAMLSeq | YAMLMap) => longForm(name, sequence.toJSON()),
  },
  {
    tag: `!${name}`,
    collection: 'map' as const,
    resolve: (map: YAMLSeq | YAMLMap) => longForm(name, map.toJSON()),
  },
]);
