import type {
  OperationType,
  ResourceStatus,
  RollbackConfiguration,
  StackEvent,
  StackStatus,
  Tag,
} from '@aws-sdk/client-cloudformation';
import type { Resources, Template } from '../template/template.ts';
import type { TemplateValue } from '../template/template-value.ts';

/** A parameter of a stack with its value in the clear; shapes mask it when the template says NoEcho. */
export interface StackParameter {
  readonly key: string;
  readonly value: string;
  /** The value read from Parameter Store under the name in `value`, for a parameter of type `AWS::SSM::Parameter::Value`. */
  readonly resolved?: string;
  readonly noEcho: boolean;
}

/** An output that a stack declares, its value still unresolved. */
export interface StackOutput {
  readonly key: string;
  readonly value: TemplateValue;
  readonly description?: string;
  readonly exportName?: TemplateValue;
}

/** The definition of a stack: a template with its parameters resolved and SAM's resources expanded. */
export interface StackDefinition {
  /** The original template. */
  readonly text: string;
  /** The template with its loops and layers expanded. */
  readonly template: Template;
  /** Values of `AWS::StackName`, `AWS::Region` and the like. */
  readonly pseudo: ReadonlyMap<string, string>;
  readonly description: string | undefined;
  readonly hasTransform: boolean;
  readonly resources: Resources;
  readonly outputs: readonly StackOutput[];
  readonly parameters: readonly StackParameter[];
  readonly capabilities: readonly string[];
  readonly tags: readonly Tag[];
  readonly roleArn: string | undefined;
  readonly notificationArns: readonly string[];
  readonly rollbackConfiguration: RollbackConfiguration;
}

/** A resource of a stack. Records are replaced, never changed, so that a snapshot is a copy of the map. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Empty until the resource has been created. */
  readonly physicalId: string;
  /** Resolved: no intrinsic function left. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Values of `Fn::GetAtt`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Resolved `CodeDeployLambdaAliasUpdate` of an alias. */
  readonly updatePolicy: Readonly<Record<string, unknown>> | undefined;
  /** DeletionPolicy; CloudFormation deletes the resource by default. */
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
  readonly status: ResourceStatus;
  readonly reason: string | undefined;
  /** ms since the epoch. */
  readonly updatedAt: number;
  /**
   * True when a change of the resource was tried and did not succeed: a rollback must restore it whatever its record shows.
   */
  readonly dirty: boolean;
}

/** A failure of a resource's change. */
export interface ResourceFault {
  readonly reason: string;
  /** Whether the change takes effect before it fails. */
  readonly takesEffect?: boolean;
}

/** A failure planned for one resource. */
export interface OrderedFault extends ResourceFault {
  /** The number of times it will still strike. */
  remaining: number;
}

/** A stack. Times in ms since the epoch. */
export interface Stack {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  updatedAt: number | undefined;
  status: StackStatus;
  reason: string | undefined;
  /** The stack's current definition, or the target of the running operation. */
  definition: StackDefinition;
  /** The stack's last stable state: the target of a rollback. */
  stable: { readonly definition: StackDefinition; readonly resources: ReadonlyMap<string, StackResource> };
  readonly resources: Map<string, StackResource>;
  /** Oldest first. */
  readonly events: StackEvent[];
  /** Every token used, so that none is used twice. */
  readonly tokens: Set<string>;
  /** Token of the running or last operation. */
  token: string | undefined;
  disableRollback: boolean;
  /** Resources that the running operation creates are deleted when it fails, whatever their DeletionPolicy. */
  retainExceptOnCreate: boolean;
  /** Resources that the running update replaced: deleted when the update completes. */
  replaced: readonly StackResource[];
  /** JSON; without a policy, everything may be updated. */
  policy: string | undefined;
  /** Replaces the policy during the running update. */
  policyDuringUpdate: string | undefined;
  /** Values by name, as of the last stable state. */
  exports: ReadonlyMap<string, string>;
  /** The value of an export of the account. */
  readonly importValue: (name: string) => string | undefined;
  /** Newest first. */
  readonly lastOperations: { readonly OperationType: OperationType; readonly OperationId: string }[];
  /** By `update:<logicalId>` and `rollback:<logicalId>`. */
  readonly faults: Map<string, OrderedFault>;
}

/** The end of a version's logical id, a hash that SAM makes of the code: a planned fault is named without it. */
const versionHash = /[0-9a-f]{10}$/;

/** Uses up one strike of a fault planned for a resource, and returns the fault if there was one. */
export function strike(
  stack: Stack,
  phase: 'update' | 'rollback',
  logicalId: string,
): ResourceFault | undefined {
  const exact = `${phase}:${logicalId}`;
  const key = stack.faults.has(exact) ? exact : exact.replace(versionHash, '');
  const fault = stack.faults.get(key);
  if (!fault) return undefined;
  fault.remaining -= 1;
  if (fault.remaining <= 0) stack.faults.delete(key);
  return fault;
}
