import { expandSam } from '../template/expand-sam.ts';
import { Intrinsics } from '../template/intrinsics.ts';
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

/** What CloudFormation shows for the value of a NoEcho parameter. */
export const MASK = '****';

const known = new WeakMap<StackDefinition, Template>();

/**
 * The template after transforms. SAM's resources are written out; references to parameters, conditions and
 * mappings stay as they are, but for what SAM has to know to write a function out: where its code is, the name of
 * its alias, the kind of its deployments. Measured with the translator, aws/serverless-application-model 1.10x.
 */
export function processed(definition: StackDefinition): Template {
  const before = known.get(definition);
  if (before) return before;
  const { template } = definition;
  const { Transform: _, Globals, ...sections } = template;
  const result =
    transformsOf(template).length === 0
      ? template
      : {
          ...sections,
          Resources: expandSam(
            { ...template, ...(Globals && { Globals: withValues(Globals, definition) }) },
            withoutParameters(definition),
            refusing,
            (id) => versionId(definition, id),
          ),
        };
  known.set(definition, result);
  return result;
}

/** The text `GetTemplate` answers: every character outside ASCII is a question mark. */
export function asReturned(text: string): string {
  return text.replace(/[^\p{ASCII}]/gu, '?');
}

function withoutParameters(definition: StackDefinition): Resources {
  const { Resources } = definition.template;
  return Object.fromEntries(
    Object.entries(Resources).map(([logicalId, resource]) => [
      logicalId,
      resource.Type === 'AWS::Serverless::Function' && resource.Properties
        ? { ...resource, Properties: withValue(resource.Properties, definition) }
        : resource,
    ]),
  );
}

function withValues(globals: NonNullable<Template['Globals']>, definition: StackDefinition) {
  const { Function: properties, ...others } = globals;
  return properties ? { ...others, Function: withValue(properties, definition) } : globals;
}

/** Puts the parameters into those properties of a function that SAM itself reads. */
function withValue(properties: TemplateMap, definition: StackDefinition): TemplateMap {
  const intrinsics = new Intrinsics(
    templateScope(definition.template, valuesOf(definition), refusing),
    refusing,
  );
  const secrets = definition.parameters.flatMap(({ value, noEcho }) => (noEcho && value ? [value] : []));
  const withValues = (map: TemplateMap, names: readonly string[]): TemplateMap => {
    const read = names.filter((name) => name in map).map((name) => [name, map[name]]);
    return { ...map, ...masked(intrinsics.resolveMap(Object.fromEntries(read)), secrets) };
  };
  const result = withValues(properties, ['CodeUri', 'InlineCode', 'ImageUri', 'AutoPublishAlias']);
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

/** The version of a function in the stack, whose logical id depends on the values of parameters. */
function versionId({ resources }: StackDefinition, functionId: string): string | undefined {
  return Object.keys(resources).find((logicalId) => {
    const { Type, Properties } = resources[logicalId] as ResourceDeclaration;
    return (
      Type === 'AWS::Lambda::Version' &&
      logicalId.startsWith(`${functionId}Version`) &&
      member(Properties?.FunctionName, 'Ref') === functionId
    );
  });
}
