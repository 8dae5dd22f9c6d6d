import type {
  Change,
  ChangeAction,
  PolicyAction,
  Replacement,
  ResourceAttribute,
  ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation';
import { canonicalJson } from '../template/canonical-json.ts';
import { inOrder, namesIn } from '../template/references.ts';
import type { ResourceDeclaration } from '../template/template.ts';
import type { TemplateValue } from '../template/template-value.ts';
import { processed } from './processed-template.ts';
import { requiresRecreation } from './requires-recreation.ts';
import type { Stack, StackDefinition } from './stack.ts';
import { differs } from './stack-definition.ts';

/** Attributes of a resource that a change set compares besides its properties. */
const ATTRIBUTES = ['Metadata', 'UpdatePolicy', 'DeletionPolicy', 'UpdateReplacePolicy'] as const;

/** Types that get the tags of their stack. */
const TAGGED = new Set([
  'AWS::CodeDeploy::Application',
  'AWS::CodeDeploy::DeploymentGroup',
  'AWS::DynamoDB::Table',
  'AWS::IAM::Role',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
]);

/** A resource whose change reaches the resources that refer to it. */
interface Cause {
  readonly replacement: Replacement | undefined;
}

/**
 * The changes that an update from one definition to another makes to the resources of a stack, as a change set shows them:
 * computed from the templates alone, so that changes made outside CloudFormation do not appear.
 *
 * A changed property is `Dynamic` where its new value holds a reference. A property that refers to an attribute of a changed
 * resource may change with it: it is shown as `Dynamic`, and replaces `Conditional`ly where a change of the property would
 * replace the resource. `Ref` of a resource that is not replaced stays the same.
 *
 * Source: API reference, `ResourceChange`, `ResourceChangeDetail`, `ResourceTargetDefinition`; user guide, "Example change
 * sets".
 */
export function templateChanges(stack: Stack, before: StackDefinition, after: StackDefinition): Change[] {
  const old = processed(before).Resources;
  const changes = new Map<string, Change>();
  const causes = new Map<string, Cause>();
  for (const logicalId of inOrder(after.resources)) {
    const declaration = after.resources[logicalId] as ResourceDeclaration;
    const previous = before.resources[logicalId];
    if (!previous) {
      changes.set(logicalId, resourceChange('Add', logicalId, declaration, {}));
      causes.set(logicalId, { replacement: 'True' });
      continue;
    }
    const details = detailsOf(logicalId, before, after, old[logicalId], causes);
    if (details.length === 0) continue;
    const replacement = replacementBy(details);
    causes.set(logicalId, { replacement });
    changes.set(
      logicalId,
      resourceChange('Modify', logicalId, declaration, {
        physicalId: stack.resources.get(logicalId)?.physicalId,
        replacement,
        details,
      }),
    );
  }
  for (const [logicalId, declaration] of Object.entries(before.resources)) {
    if (logicalId in after.resources) continue;
    const physicalId = stack.resources.get(logicalId)?.physicalId;
    changes.set(logicalId, resourceChange('Remove', logicalId, declaration, { physicalId }));
  }
  return [...changes].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, change]) => change);
}

/** Whether a change set has anything to do; changed outputs or tags alone are enough. */
export function hasChanges(
  changes: readonly Change[],
  before: StackDefinition,
  after: StackDefinition,
): boolean {
  return changes.length > 0 || differs(before, after);
}

function detailsOf(
  logicalId: string,
  before: StackDefinition,
  after: StackDefinition,
  oldRaw: ResourceDeclaration | undefined,
  causes: ReadonlyMap<string, Cause>,
): ResourceChangeDetail[] {
  const previous = before.resources[logicalId] as ResourceDeclaration;
  const next = after.resources[logicalId] as ResourceDeclaration;
  const nextRaw = processed(after).Resources[logicalId];
  const details: ResourceChangeDetail[] = [];
  const names = new Set([...Object.keys(previous.Properties ?? {}), ...Object.keys(next.Properties ?? {})]);
  for (const name of [...names].sort()) {
    const target = {
      Attribute: 'Properties' as const,
      Name: name,
      RequiresRecreation: requiresRecreation(next.Type, name),
    };
    const value = next.Properties?.[name];
    if (!equal(previous.Properties?.[name], value)) {
      const byParameter = equal(oldRaw?.Properties?.[name], nextRaw?.Properties?.[name]);
      const parameters = byParameter ? changedParameters(nextRaw?.Properties?.[name], before, after) : [];
      for (const CausingEntity of parameters) {
        details.push({
          Target: target,
          Evaluation: 'Static',
          ChangeSource: 'ParameterReference',
          CausingEntity,
        });
      }
      // A value that has to be resolved may turn out to be the same.
      const Evaluation = namesIn(nextRaw?.Properties?.[name]).length > 0 ? 'Dynamic' : 'Static';
      details.push({ Target: target, Evaluation, ChangeSource: 'DirectModification' });
    }
    for (const { name: ref, attribute } of namesIn(value)) {
      const cause = causes.get(ref);
      if (!cause) continue;
      const reaches = attribute !== undefined || (cause.replacement ?? 'False') !== 'False';
      // A new resource cannot change the resources that refer to it, except by the reference itself.
      const isOld = ref in before.resources;
      if (!reaches || !isOld) continue;
      details.push({
        Target: target,
        Evaluation: 'Dynamic',
        ChangeSource: attribute === undefined ? 'ResourceReference' : 'ResourceAttribute',
        CausingEntity: attribute === undefined ? ref : `${ref}.${attribute}`,
      });
    }
  }
  for (const attribute of ATTRIBUTES) {
    if (equal(previous[attribute], next[attribute])) continue;
    details.push(direct(attribute));
  }
  if (TAGGED.has(next.Type) && !equal(before.tags, after.tags)) details.push(direct('Tags'));
  if (next.Type === 'AWS::CloudFormation::Stack') {
    details.push({
      Target: { Attribute: 'Properties', RequiresRecreation: 'Never' },
      Evaluation: 'Dynamic',
      ChangeSource: 'Automatic',
    });
  }
  return details;
}

function direct(attribute: ResourceAttribute): ResourceChangeDetail {
  return {
    Target: { Attribute: attribute, RequiresRecreation: 'Never' },
    Evaluation: 'Static',
    ChangeSource: 'DirectModification',
  };
}

function changedParameters(
  value: TemplateValue | undefined,
  before: StackDefinition,
  after: StackDefinition,
): string[] {
  const old = new Map(before.parameters.map(({ key, value, resolved = value }) => [key, resolved]));
  const changed = new Set(
    after.parameters
      .filter(({ key, value, resolved = value }) => old.get(key) !== resolved)
      .map(({ key }) => key),
  );
  return [...new Set(namesIn(value).map(({ name }) => name))].filter((name) => changed.has(name));
}

function replacementBy(details: readonly ResourceChangeDetail[]): Replacement {
  let replacement: Replacement = 'False';
  for (const { Target, Evaluation } of details) {
    const recreation = Target?.RequiresRecreation;
    if (recreation === 'Always' && Evaluation === 'Static') return 'True';
    if (recreation !== 'Never') replacement = 'Conditional';
  }
  return replacement;
}

function resourceChange(
  action: ChangeAction,
  logicalId: string,
  declaration: ResourceDeclaration,
  found: {
    readonly physicalId?: string | undefined;
    readonly replacement?: Replacement;
    readonly details?: readonly ResourceChangeDetail[];
  },
): Change {
  const { physicalId, replacement, details = [] } = found;
  const policy = policyAction(action, declaration, replacement);
  const scope = [...new Set(details.map(({ Target }) => Target?.Attribute as ResourceAttribute))];
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: action,
      LogicalResourceId: logicalId,
      ...(physicalId && { PhysicalResourceId: physicalId }),
      ...(policy && { PolicyAction: policy }),
      ResourceType: declaration.Type,
      ...(replacement && { Replacement: replacement }),
      Scope: scope,
      Details: [...details],
    },
  };
}

function policyAction(
  action: ChangeAction,
  { DeletionPolicy, UpdateReplacePolicy }: ResourceDeclaration,
  replacement: Replacement | undefined,
): PolicyAction | undefined {
  if (action === 'Remove') return DeletionPolicy === 'Retain' ? 'Retain' : 'Delete';
  if (replacement === undefined || replacement === 'False') return undefined;
  return UpdateReplacePolicy === 'Retain' ? 'ReplaceAndRetain' : 'ReplaceAndDelete';
}

function equal(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
