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
  /** What stands in Parameter Store under the value, for a parameter of type `AWS::SSM::Parameter::Value`. */
  readonly resolved?: string;
  readonly noEcho: boolean;
}

/** An output that a stack declares, its value still to be resolved. */
export interface StackOutput {
  readonly key: string;
  readonly value: TemplateValue;
  readonly description?: string;
  readonly exportName?: TemplateValue;
}

/** What a stack is told to be: a template with its parameters put in and SAM's resources written out. */
export interface StackDefinition {
  /** The template as it was given. */
  readonly text: string;
  /** The same with its loops and layers written out. */
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

/** A resource of a stack as it is. Records are replaced, never changed, so that a snapshot is a copy of the map. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  /** Empty until it has been created. */
  readonly physicalId: string;
  /** Resolved: no intrinsic function left. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Values of `Fn::GetAtt`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Resolved `CodeDeployLambdaAliasUpdate` of an alias. */
  readonly updatePolicy: Readonly<Record<string, unknown>> | undefined;
  /** Its DeletionPolicy; CloudFormation's default is to delete it. */
  readonly deletionPolicy: string | undefined;
  readonly updateReplacePolicy: string | undefined;
  readonly status: ResourceStatus;
  readonly reason: string | undefined;
  /** ms since the epoch. */
  readonly updatedAt: number;
  /** True when a change of it was tried and did not end well: a rollback must put it back whatever it shows. */
  readonly dirty: boolean;
}

/** How a change of a resource is to fail. */
export interface ResourceFault {
  readonly reason: string;
  /** Whether the change has its effect before it fails. */
  readonly takesEffect?: boolean;
}

/** A failure that was ordered for one resource. */
export interface OrderedFault extends ResourceFault {
  /** How many more times it strikes. */
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
  /** What the stack is, or is on its way to be. */
  definition: StackDefinition;
  /** What the stack was when it last came to rest well: where a rollback goes. */
  stable: { readonly definition: StackDefinition; readonly resources: ReadonlyMap<string, StackResource> };
  readonly resources: Map<string, StackResource>;
  /** Oldest first. */
  readonly events: StackEvent[];
  /** Every token used, so that none is used twice. */
  readonly tokens: Set<string>;
  /** Token of the operation that runs or ran last. */
  token: string | undefined;
  disableRollback: boolean;
  /** What the operation under way creates is deleted when it fails, whatever its DeletionPolicy says. */
  retainExceptOnCreate: boolean;
  /** What the update under way has put others in place of: deleted when it is through. */
  replaced: readonly StackResource[];
  /** JSON; without one everything may be updated. */
  policy: string | undefined;
  /** In place of the policy during the update under way. */
  policyDuringUpdate: string | undefined;
  /** Values by name, as of when the stack last came to rest well. */
  exports: ReadonlyMap<string, string>;
  /** The value of an export of the account. */
  readonly importValue: (name: string) => string | undefined;
  /** Newest first. */
  readonly lastOperations: { readonly OperationType: OperationType; readonly OperationId: string }[];
  /** By `update:<logicalId>` and `rollback:<logicalId>`. */
  readonly faults: Map<string, OrderedFault>;
}

/** The end of a version's logical id, which SAM makes of its code: who orders a fault does not know it. */
const versionHash = /[0-9a-f]{10}$/;

/** Uses up one strike of a fault ordered for a resource, and returns it if there was one. */
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
