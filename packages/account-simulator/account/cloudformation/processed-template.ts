import { expandSam } from '../template/expand-sam.ts';
import { Intrinsics } from '../template/intrinsics.ts';
import { withoutExtensions } from '../template/language-extensions.ts';
import { templateScope } from '../template/scope.ts';
import {
  type ResourceDeclaration,
  type Resources,
  type Template,
  transformsOf,
} from '../template/template.ts';
import { member, type TemplateMap, type TemplateValue } from '../template/template-value.ts';
import { refusing } from './cloudformation-errors.ts';
import type { StackDefinition } from './stack.ts';
import { valuesOf } from './stack-definition.ts';

/** The text that CloudFormation shows for the value of a NoEcho parameter. */
export const MASK = '****';

const known = new WeakMap<StackDefinition, Template>();

/**
 * The template after transforms. Loops and SAM's resources are expanded, and the functions of AWS::LanguageExtensions are
 * replaced by their values; references to parameters, conditions and mappings stay as they are, except those that SAM must
 * resolve to expand a function: the place of its code, the name of its alias, the kind of its deployments. Measured with the
 * translator, aws/serverless-application-model 1.10x.
 */
export function processed(definition: StackDefinition): Template {
  const before = known.get(definition);
  if (before) return before;
  const template = withoutExtensions(definition.template, knownValues(definition), refusing);
  const { Transform: _, Loops: __, Globals, ...sections } = template;
  const result =
    transformsOf(template).length === 0
      ? template
      : {
          ...sections,
          Resources: expandSam(
            { ...template, ...(Globals && { Globals: withValues(Globals, definition) }) },
            withoutParameters({ ...definition, template }),
            refusing,
            (type, name) => idWithDigest(definition, type, name),
          ),
        };
  known.set(definition, result);
  return result;
}

/** Values of parameters (without secrets) and pseudo parameters. */
function knownValues(definition: StackDefinition): ReadonlyMap<string, TemplateValue> {
  const secret = new Set(definition.parameters.flatMap(({ key, noEcho }) => (noEcho ? [key] : [])));
  return new Map([...valuesOf(definition)].filter(([name]) => !secret.has(name)));
}

/** The text as `GetTemplate` returns it: every character outside ASCII is a question mark. */
export function asReturned(text: string): string {
  return text.replace(/[^\p{ASCII}]/gu, '?');
}

function withoutParameters(definition: StackDefinition): Resources {
  const { Resources } = definition.template;
  return Object.fromEntries(
    Object.entries(Resources).map(([logicalId, resource]) => [
      logicalId,
      resource.Properties
        ? { ...resource, Properties: withValue(resource.Type, resource.Properties, definition) }
        : resource,
    ]),
  );
}

function withValues(globals: NonNullable<Template['Globals']>, definition: StackDefinition) {
  const { Function: properties, ...others } = globals;
  return properties
    ? { ...others, Function: withValue('AWS::Serverless::Function', properties, definition) }
    : globals;
}

/** The properties that SAM itself reads, by type. */
const READ_BY_SAM: Readonly<Record<string, readonly string[]>> = {
  'AWS::Serverless::Function': ['CodeUri', 'InlineCode', 'ImageUri', 'AutoPublishAlias'],
  'AWS::Serverless::Api': ['StageName'],
  'AWS::Serverless::HttpApi': ['StageName'],
};

/** Resolves the parameters in those properties of a resource that SAM itself reads. */
function withValue(type: string, properties: TemplateMap, definition: StackDefinition): TemplateMap {
  const read = READ_BY_SAM[type];
  if (!read) return properties;
  const intrinsics = new Intrinsics(
    templateScope(definition.template, valuesOf(definition), refusing),
    refusing,
  );
  const secrets = definition.parameters.flatMap(({ value, noEcho }) => (noEcho && value ? [value] : []));
  const withValues = (map: TemplateMap, names: readonly string[]): TemplateMap => {
    const found = names.filter((name) => name in map).map((name) => [name, map[name]]);
    return { ...map, ...masked(intrinsics.resolveMap(Object.fromEntries(found)), secrets) };
  };
  const result = withValues(properties, read);
  const preference = member(properties, 'DeploymentPreference') as TemplateMap | undefined;
  return preference
    ? { ...result, DeploymentPreference: withValues(preference, ['Type', 'Enabled']) }
    : result;
}

function masked(map: TemplateMap, secrets: readonly string[]): TemplateMap {
  return JSON.parse(JSON.stringify(map), (_, text: TemplateValue) =>
    typeof text === 'string' ? secrets.reduce((all, secret) => all.replaceAll(secret, MASK), text) : text,
  );
}

/** The resource of a type whose logical id is a name and a digest that depends on the values of parameters. */
function idWithDigest({ resources }: StackDefinition, type: string, name: string): string | undefined {
  return Object.keys(resources).find(
    (logicalId) =>
      (resources[logicalId] as ResourceDeclaration).Type === type &&
      logicalId.startsWith(name) &&
      /^[0-9a-f]{10}$/.test(logicalId.slice(name.length)),
  );
}
