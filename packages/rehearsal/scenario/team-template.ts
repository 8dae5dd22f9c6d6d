import { evaluateTemplate } from 'account-simulator/account/template/evaluate-template.ts';
import { expandLoops } from 'account-simulator/account/template/loops.ts';
import {
  parameterTexts,
  parameterValue,
  STORED_TYPE,
} from 'account-simulator/account/template/parameters.ts';
import type { Problems } from 'account-simulator/account/template/problems.ts';
import { pseudoParameters } from 'account-simulator/account/template/scope.ts';
import {
  LOOPING,
  type ParameterDeclaration,
  type ResourceDeclaration,
  readTemplate,
  type Template,
} from 'account-simulator/account/template/template.ts';
import {
  isList,
  isMap,
  member,
  type TemplateValue,
} from 'account-simulator/account/template/template-value.ts';
import { codeUri, imageUri, type ReleasedCode } from './released-code.ts';

/** A template as a team keeps it, for the stack of a service. */
export interface TeamTemplate {
  /** The scenario's name for it. */
  readonly path: string;
  readonly template: Template;
  /** Logical ids of its functions. */
  readonly functions: readonly string[];
  /** Functions whose code is in the template itself. */
  readonly inline: readonly string[];
  /** Functions that get new code in a release without a list of its own: neither inline ones nor lifecycle hooks. */
  readonly released: readonly string[];
}

/** Reads the text of a template. A template with a reported problem must not be deployed. */
export function readTeamTemplate(path: string, text: string, problems: Problems): TeamTemplate {
  const template = withFunctionsOfLoops(readTemplate(text, problems), problems);
  const functions = Object.entries(template.Resources).filter(([, { Type }]) => functionTypes.has(Type));
  const hooks = new Set(functions.flatMap(([, resource]) => hooksOf(resource)));
  const ids = functions.map(([logicalId]) => logicalId);
  const inline = functions.filter(([, resource]) => hasInlineCode(resource)).map(([logicalId]) => logicalId);
  return {
    path,
    template,
    functions: ids,
    inline,
    released: ids.filter((logicalId) => !inline.includes(logicalId) && !hooks.has(logicalId)),
  };
}

/** The inputs of a template's stack. */
export interface TemplateInput {
  readonly stack: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** The value of a parameter in Parameter Store. */
  stored(name: string): string | undefined;
}

/** Reports every problem for which the simulated CloudFormation would refuse a stack of the template. */
export function checkTeamTemplate(
  { template }: TeamTemplate,
  { stack, parameters, stored }: TemplateInput,
  problems: Problems,
): void {
  let hasFailed = false;
  const noting: Problems = {
    add: (path, reason) => {
      hasFailed = true;
      problems.add(path, reason);
    },
  };
  const texts = parameterTexts(template, new Map(Object.entries(parameters)), noting);
  const values = new Map<string, TemplateValue>(
    pseudoParameters({
      accountId: '111122223333',
      region: 'eu-west-1',
      partition: 'aws',
      stackName: stack,
      stackId: `arn:aws:cloudformation:eu-west-1:111122223333:stack/${stack}/id`,
    }),
  );
  for (const [name, text] of texts) {
    const declaration = template.Parameters?.[name] as ParameterDeclaration;
    const value = declaration.Type.startsWith(STORED_TYPE) ? stored(text) : text;
    if (value === undefined) {
      const reason = `reads ${text} from Parameter Store: list it under "parameters" of the scenario`;
      noting.add(`Parameters.${name}`, reason);
    } else values.set(name, parameterValue(declaration, value));
  }
  if (!hasFailed)
    evaluateTemplate(
      packaged(template, stack, () => 0),
      values,
      problems,
    );
}

/**
 * The text of the template as `sam package` uploads it: each function's code at its address on S3, or in its repository.
 *
 * @param releaseOf number of the release whose code a function has
 */
export function packageTemplate(
  { template }: TeamTemplate,
  service: string,
  releaseOf: (logicalId: string) => number,
): string {
  const { Loops, ...sections } = packaged(template, service, releaseOf);
  const looping = LOOPING.map((name) => [name, { ...sections[name], ...Loops?.[name] }]);
  return JSON.stringify({ ...sections, ...Object.fromEntries(looping) }, null, 2);
}

/** The template with the functions of its loops expanded, since each of them may be released alone. */
function withFunctionsOfLoops(template: Template, problems: Problems): Template {
  const noting: Problems = {
    add: (path, reason) =>
      problems.add(
        path,
        `${reason} (a loop that makes functions has to list its items in the template itself)`,
      ),
  };
  return expandLoops(template, new Map(), noting, makesFunctions);
}

function makesFunctions(fragment: TemplateValue | undefined): boolean {
  if (!isMap(fragment)) return false;
  return Object.values(fragment).some((one) =>
    isList(one) ? makesFunctions(one[2]) : functionTypes.has(String(member(one, 'Type'))),
  );
}

function packaged(template: Template, service: string, releaseOf: (logicalId: string) => number): Template {
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([logicalId, resource]) => [
      logicalId,
      functionTypes.has(resource.Type) && !hasInlineCode(resource)
        ? withCode(resource, { service, logicalId, release: releaseOf(logicalId) })
        : resource,
    ]),
  );
  return { ...template, Resources };
}

const samFunction = 'AWS::Serverless::Function';
const functionTypes: ReadonlySet<string> = new Set([samFunction, 'AWS::Lambda::Function']);

function hasInlineCode({ Type, Properties = {} }: ResourceDeclaration): boolean {
  return Type === samFunction
    ? Properties.InlineCode !== undefined
    : member(Properties.Code, 'ZipFile') !== undefined;
}

function withCode(
  resource: ResourceDeclaration,
  { service, logicalId, release }: ReleasedCode,
): ResourceDeclaration {
  const { Type, Properties = {} } = resource;
  const isImage = Properties.PackageType === 'Image' || Properties.ImageUri !== undefined;
  const ImageUri = imageUri(service, logicalId, release);
  const CodeUri = codeUri(service, logicalId, release);
  const [, S3Bucket = '', S3Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(CodeUri) ?? [];
  const bySam = isImage ? { ImageUri } : { CodeUri };
  const plain = { Code: isImage ? { ImageUri } : { S3Bucket, S3Key } };
  return { ...resource, Properties: { ...Properties, ...(Type === samFunction ? bySam : plain) } };
}

/** Logical ids of the functions that a function's deployments call as lifecycle hooks. */
function hooksOf({ Properties = {} }: ResourceDeclaration): string[] {
  const hooks = member(Properties.DeploymentPreference, 'Hooks');
  return ['PreTraffic', 'PostTraffic'].flatMap((name) => {
    const hook = member(member(hooks, name), 'Ref');
    return typeof hook === 'string' ? [hook] : [];
  });
}
