import type { RollbackConfiguration, Tag } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../service.ts';
import { canonicalJson } from './canonical-json.ts';
import { unsupported, validationError } from './cloudformation-errors.ts';
import { expandSam } from './expand-sam.ts';
import { holds, LATER, references, resolve, type Scope } from './intrinsics.ts';
import type { StackDefinition, StackOutput, StackParameter } from './stack.ts';
import { type ResourceDeclaration, type Template, transformsOf } from './template.ts';

/** What a definition is made of besides the template. */
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
  readonly pseudo: Readonly<Record<string, string>>;
}

/**
 * Puts the parameters into a template, drops what its conditions leave out, and writes out SAM's resources.
 *
 * @throws ValidationError for references to nothing, circular dependencies and functions that are not supported
 */
export function defineStack(input: DefinitionInput): StackDefinition {
  const { template } = input;
  const scope = templateScope(input);
  const declared: Record<string, ResourceDeclaration> = {};
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (resource.Condition === undefined || scope.condition(resource.Condition)) {
      declared[logicalId] = resolve(resource, scope) as ResourceDeclaration;
    }
  }
  const globals = template.Globals && (resolve(template.Globals, scope) as Template['Globals']);
  const resources = expandSam(globals ? { ...template, Globals: globals } : template, declared);
  checkReferences(resources);
  const outputs = Object.entries(template.Outputs ?? {})
    .filter(([, { Condition }]) => Condition === undefined || scope.condition(Condition))
    .map(
      ([key, output]): StackOutput => ({
        key,
        value: resolve(output.Value, scope),
        ...(output.Description !== undefined && { description: output.Description }),
        ...(output.Export && { exportName: resolve(output.Export.Name, scope) }),
      }),
    );
  return {
    text: input.text,
    template,
    pseudo: input.pseudo,
    description: template.Description,
    hasTransform: transformsOf(template).length > 0,
    resources,
    outputs,
    parameters: input.parameters,
    capabilities: input.capabilities,
    tags: input.tags,
    roleArn: input.roleArn,
    notificationArns: input.notificationArns,
    rollbackConfiguration: input.rollbackConfiguration ?? {},
  };
}

/** The resources a resource needs first: by DependsOn and by every reference in it. */
export function dependenciesOf(resource: ResourceDeclaration): Set<string> {
  const found = references(resource.Properties);
  references(resource.UpdatePolicy, found);
  const { DependsOn } = resource;
  if (typeof DependsOn === 'string') found.add(DependsOn);
  else for (const logicalId of DependsOn ?? []) found.add(logicalId);
  return found;
}

/** The logical ids, each after all it depends on. */
export function inOrder(resources: StackDefinition['resources']): string[] {
  const order: string[] = [];
  const state = new Map<string, 'entered' | 'left'>();
  const visit = (logicalId: string): void => {
    const resource = resources[logicalId];
    if (!resource || state.get(logicalId) === 'left') return;
    if (state.get(logicalId) === 'entered') {
      const cycle = [...state].filter(([, mark]) => mark === 'entered').map(([id]) => id);
      throw validationError(`Circular dependency between resources: [${cycle.join(', ')}]`);
    }
    state.set(logicalId, 'entered');
    for (const dependency of dependenciesOf(resource)) visit(dependency);
    state.set(logicalId, 'left');
    order.push(logicalId);
  };
  for (const logicalId of Object.keys(resources)) visit(logicalId);
  return order;
}

/**
 * Whether updating from one definition to the other changes anything: a resource's type, properties or attributes,
 * an output, a tag. `No updates are to be performed.` where it does not.
 */
export function differs(one: StackDefinition, other: StackDefinition): boolean {
  return substance(one) !== substance(other);
}

/**
 * @param isDirect false in a change set, where macros need no acknowledgement: somebody can look at the result
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

/** IAM resource types and the property that gives each a name of one's own. */
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

/** Knows parameters, pseudo parameters, conditions and mappings; resources come later. */
export function templateScope({
  template,
  parameters,
  pseudo,
}: Pick<DefinitionInput, 'template' | 'parameters' | 'pseudo'>): Scope {
  const values = new Map<string, unknown>(Object.entries(pseudo));
  for (const { key, value, resolved = value } of parameters) {
    values.set(key, template.Parameters?.[key]?.Type?.match(/List/) ? resolved.split(',') : resolved);
  }
  const conditions = new Map<string, boolean>();
  const scope: Scope = {
    ref: (name) => (values.has(name) ? values.get(name) : LATER),
    getAtt: () => LATER,
    condition: (name) => {
      const known = conditions.get(name);
      if (known !== undefined) return known;
      const expression = template.Conditions?.[name];
      if (expression === undefined)
        throw validationError(`Template format error: Unresolved condition ${name}`);
      const result = holds(expression, scope);
      conditions.set(name, result);
      return result;
    },
    findInMap: (map, top, second) => {
      const value = template.Mappings?.[map]?.[top]?.[second];
      if (value === undefined) {
        throw validationError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
      }
      return value;
    },
  };
  return scope;
}

function checkReferences(resources: StackDefinition['resources']): void {
  const unresolved = new Set<string>();
  for (const resource of Object.values(resources)) {
    for (const name of dependenciesOf(resource)) {
      if (name.startsWith('AWS::')) throw unsupported(`the pseudo parameter ${name}`);
      if (!(name in resources)) unresolved.add(name);
    }
  }
  if (unresolved.size > 0) {
    throw validationError(
      `Template format error: Unresolved resource dependencies [${[...unresolved].join(', ')}] in the Resources block of the template`,
    );
  }
  inOrder(resources);
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
