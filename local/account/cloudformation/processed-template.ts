import { expandSam } from './expand-sam.ts';
import { resolve } from './intrinsics.ts';
import type { StackDefinition } from './stack.ts';
import { templateScope } from './stack-definition.ts';
import { type ResourceDeclaration, type Template, transformsOf } from './template.ts';

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

function withoutParameters(definition: StackDefinition): Record<string, ResourceDeclaration> {
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
function withValue(
  properties: Readonly<Record<string, unknown>>,
  definition: StackDefinition,
): Readonly<Record<string, unknown>> {
  const scope = templateScope(definition);
  const secrets = definition.parameters.flatMap(({ value, noEcho }) => (noEcho && value ? [value] : []));
  const value = (found: unknown): unknown =>
    JSON.parse(JSON.stringify(resolve(found, scope) ?? null), (_, text) =>
      typeof text === 'string' ? secrets.reduce((all, secret) => all.replaceAll(secret, MASK), text) : text,
    );
  const result: Record<string, unknown> = { ...properties };
  for (const name of ['CodeUri', 'InlineCode', 'ImageUri', 'AutoPublishAlias']) {
    if (name in properties) result[name] = value(properties[name]);
  }
  const preference = properties.DeploymentPreference as Readonly<Record<string, unknown>> | undefined;
  if (preference) {
    result.DeploymentPreference = {
      ...preference,
      ...('Type' in preference && { Type: value(preference.Type) }),
      ...('Enabled' in preference && { Enabled: value(preference.Enabled) }),
    };
  }
  return result;
}

/** The version of a function in the stack, whose logical id depends on the values of parameters. */
function versionId({ resources }: StackDefinition, functionId: string): string | undefined {
  return Object.keys(resources).find((logicalId) => {
    const { Type, Properties } = resources[logicalId] as ResourceDeclaration;
    return (
      Type === 'AWS::Lambda::Version' &&
      logicalId.startsWith(`${functionId}Version`) &&
      (Properties?.FunctionName as { Ref?: string } | undefined)?.Ref === functionId
    );
  });
}
