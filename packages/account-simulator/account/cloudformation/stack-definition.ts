import type { RollbackConfiguration, Tag } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../service.ts';
import { canonicalJson } from '../template/canonical-json.ts';
import { evaluateTemplate } from '../template/evaluate-template.ts';
import { parameterValue } from '../template/parameters.ts';
import { type ParameterDeclaration, type Template, transformsOf } from '../template/template.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { writtenOut } from '../template/written-out.ts';
import { refusing } from './cloudformation-errors.ts';
import type { StackDefinition, StackParameter } from './stack.ts';

/** The inputs of a definition besides the template. */
export interface DefinitionInput {
  readonly text: string;
  readonly template: Template;
  readonly parameters: readonly StackParameter[];
  readonly capabilities: readonly string[];
  readonly tags: readonly Tag[];
  readonly roleArn: string | undefined;
  readonly notificationArns: readonly string[];
  readonly rollbackConfiguration?: RollbackConfiguration | undefined;
  /** Values of `AWS::StackName`, `AWS::Region` and the like. */
  readonly pseudo: ReadonlyMap<string, string>;
}

/**
 * Resolves a template's parameters, drops the parts that its conditions exclude, and expands SAM's resources.
 *
 * @throws ValidationError for dangling references, circular dependencies and functions that are not supported
 */
export function defineStack(input: DefinitionInput): StackDefinition {
  const template = writtenOut(input.template, valuesOf(input), refusing);
  const { resources, outputs } = evaluateTemplate(template, valuesOf(input), refusing);
  return {
    text: input.text,
    template,
    pseudo: input.pseudo,
    description: template.Description,
    hasTransform: transformsOf(template).length > 0,
    resources,
    outputs: Object.entries(outputs).map(([key, { Value, Description, Export }]) => ({
      key,
      value: Value,
      ...(Description !== undefined && { description: Description }),
      ...(Export && { exportName: Export.Name }),
    })),
    parameters: input.parameters,
    capabilities: input.capabilities,
    tags: input.tags,
    roleArn: input.roleArn,
    notificationArns: input.notificationArns,
    rollbackConfiguration: input.rollbackConfiguration ?? {},
  };
}

/**
 * Whether updating from one definition to the other changes anything: a resource's type, properties or attributes, an
 * output, a tag. Without a change, the answer is `No updates are to be performed.`
 */
export function differs(one: StackDefinition, other: StackDefinition): boolean {
  return substance(one) !== substance(other);
}

/**
 * @param isDirect false in a change set, where macros need no acknowledgement because the result can be reviewed
 * @throws InsufficientCapabilitiesException when a template needs an acknowledgement that was not given
 */
export function checkCapabilities(
  { hasTransform, resources, capabilities }: StackDefinition,
  isDirect = true,
): void {
  const given = new Set(capabilities);
  if (isDirect && hasTransform && !given.has('CAPABILITY_AUTO_EXPAND'))
    throw insufficient('CAPABILITY_AUTO_EXPAND');
  const iam = Object.values(resources).filter(({ Type }) => IAM_NAMES[Type] !== undefined);
  const named = iam.some(({ Type, Properties }) => Properties?.[IAM_NAMES[Type] as string] !== undefined);
  if (named && !given.has('CAPABILITY_NAMED_IAM')) throw insufficient('CAPABILITY_NAMED_IAM');
  if (iam.length > 0 && !given.has('CAPABILITY_IAM') && !given.has('CAPABILITY_NAMED_IAM')) {
    throw insufficient('CAPABILITY_IAM');
  }
}

/** IAM resource types and the property that sets a custom name. */
const IAM_NAMES: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'RoleName',
  'AWS::IAM::User': 'UserName',
  'AWS::IAM::Group': 'GroupName',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Policy': 'none',
  'AWS::IAM::InstanceProfile': 'InstanceProfileName',
  'AWS::IAM::AccessKey': 'none',
  'AWS::IAM::UserToGroupAddition': 'none',
};

function insufficient(capability: string): AwsError {
  return new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${capability}]`);
}

/** Values of a definition's parameters and pseudo parameters, by name. */
export function valuesOf({
  template,
  parameters,
  pseudo,
}: Pick<DefinitionInput, 'template' | 'parameters' | 'pseudo'>): ReadonlyMap<string, TemplateValue> {
  const values = new Map<string, TemplateValue>(pseudo);
  for (const { key, value, resolved = value } of parameters) {
    values.set(key, parameterValue(template.Parameters?.[key] as ParameterDeclaration, resolved));
  }
  return values;
}

function substance({ resources, outputs, tags }: StackDefinition): string {
  const bare = Object.entries(resources).map(([logicalId, { Type, Properties, Metadata, UpdatePolicy }]) => [
    logicalId,
    Type,
    Properties ?? {},
    Metadata,
    UpdatePolicy,
  ]);
  return canonicalJson([Object.fromEntries(bare.map(([id, ...rest]) => [id, rest])), outputs, tags]);
}
