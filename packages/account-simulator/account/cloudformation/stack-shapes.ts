import type {
  ListStackResourcesOutput,
  Parameter,
  Stack as StackDescription,
  StackResourceDetail,
  StackResourceSummary,
  StackSummary,
  TemplateStage,
} from '@aws-sdk/client-cloudformation';
import { asReturned, MASK, processed } from './processed-template.ts';
import type { Stack, StackDefinition, StackResource } from './stack.ts';
import { resolveOutputs } from './stack-scope.ts';

/** A stack as `DescribeStacks` shows it. */
export function stackShape(stack: Stack): StackDescription {
  const { definition, updatedAt, reason } = stack;
  const outputs = stack.status.endsWith('_COMPLETE') ? resolveOutputs(stack, definition) : [];
  return {
    StackId: stack.id,
    StackName: stack.name,
    ...(definition.description !== undefined && { Description: definition.description }),
    Parameters: parameterShapes(definition),
    CreationTime: new Date(stack.createdAt),
    ...(updatedAt !== undefined && { LastUpdatedTime: new Date(updatedAt) }),
    RollbackConfiguration: definition.rollbackConfiguration,
    StackStatus: stack.status,
    ...(reason !== undefined && { StackStatusReason: reason }),
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...definition.notificationArns],
    Capabilities: [...definition.capabilities] as NonNullable<StackDescription['Capabilities']>,
    ...(outputs.length > 0 && { Outputs: outputs }),
    ...(definition.roleArn !== undefined && { RoleARN: definition.roleArn }),
    Tags: [...definition.tags],
    EnableTerminationProtection: false,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    LastOperations: stack.lastOperations.slice(0, 5),
  };
}

/** A stack as `ListStacks` shows it. */
export function stackSummary(stack: Stack): StackSummary {
  const { StackId, StackName, CreationTime, LastUpdatedTime, StackStatus, StackStatusReason } =
    stackShape(stack);
  return {
    StackId,
    StackName,
    CreationTime,
    ...(LastUpdatedTime && { LastUpdatedTime }),
    StackStatus,
    ...(StackStatusReason !== undefined && { StackStatusReason }),
  };
}

/** The parameters of a stack or change set, NoEcho values masked. */
export function parameterShapes({ parameters }: StackDefinition): Parameter[] {
  return parameters.map(({ key, value, resolved, noEcho }) => ({
    ParameterKey: key,
    ParameterValue: noEcho ? MASK : value,
    ...(resolved !== undefined && { ResolvedValue: resolved }),
  }));
}

/**
 * The text of a template as `GetTemplate` returns it: every character outside ASCII is a question mark (reported,
 * cloudformation-coverage-roadmap#814).
 */
export function templateBody(definition: StackDefinition, stage: TemplateStage | undefined): string {
  const original = stage === 'Original' || !definition.hasTransform;
  return asReturned(original ? definition.text : JSON.stringify(processed(definition)));
}

/** A resource as `ListStackResources` shows it. */
export function resourceSummary(resource: StackResource): StackResourceSummary {
  return {
    ...common(resource),
    LastUpdatedTimestamp: new Date(resource.updatedAt),
  };
}

/** A resource as `DescribeStackResource` shows it. */
export function resourceDetail(stack: Stack, resource: StackResource): StackResourceDetail {
  return {
    StackName: stack.name,
    StackId: stack.id,
    ...common(resource),
    LastUpdatedTimestamp: new Date(resource.updatedAt),
  };
}

/** A resource as `DescribeStackResources` shows it. */
export function resourceDescription(stack: Stack, resource: StackResource) {
  return {
    StackName: stack.name,
    StackId: stack.id,
    ...common(resource),
    Timestamp: new Date(resource.updatedAt),
  };
}

/** One page of a list, newest or first entries first; the token is the number of entries before it. */
export function page<T>(all: readonly T[], token: string | undefined, size = 100) {
  const start = Number(token ?? 0);
  const end = start + size;
  const next: Pick<ListStackResourcesOutput, 'NextToken'> =
    end < all.length ? { NextToken: String(end) } : {};
  return { items: all.slice(start, end), next };
}

function common(resource: StackResource) {
  return {
    LogicalResourceId: resource.logicalId,
    ...(resource.physicalId && { PhysicalResourceId: resource.physicalId }),
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    ...(resource.reason !== undefined && { ResourceStatusReason: resource.reason }),
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' as const },
  };
}
