import type { Deployment } from '../aws/deployments.ts';

const prefix = 'rollback-coordinator';

/**
 * The text by which the coordinator finds its own deployments again: CreateDeployment has no client token, and
 * a deployment's description is the only free text it carries (at most 256 characters).
 */
export function rollbackMarker(incidentId: string, deploymentId: string): string {
  return `${prefix}:${incidentId}:${deploymentId}`;
}

/** Whether a deployment's description is one of {@link rollbackMarker}. */
export function isRollbackMarker(description: string): boolean {
  return description.startsWith(`${prefix}:`);
}

/** What the coordinator asks of a stack: each of them once in an attempt of an incident. */
export type StackStep = 'pin' | 'rebuild' | 'rest' | 'cancel' | 'rollback' | 'continue' | 'skip';

/**
 * The client request token of a stack operation by the coordinator; CloudFormation repeats it in every event of
 * the operation and refuses it a second time.
 */
export function stackToken(incidentId: string, attempt: number, step: StackStep): string {
  return `${prefix}-${incidentId}-${attempt}-${step}`;
}

/** Whether a client request token is one of {@link stackToken}. */
export function isStackToken(token: string | undefined): boolean {
  return token?.startsWith(`${prefix}-`) ?? false;
}

/** By whom a deployment is a rollback, told by any of its marks; undefined for one that is none. */
export function rollbackMark({
  creator,
  rollbackOf,
  description,
}: Pick<Deployment, 'creator' | 'rollbackOf' | 'description'>):
  | 'coordinator'
  | 'cloudformation'
  | 'codedeploy'
  | undefined {
  if (isRollbackMarker(description)) return 'coordinator';
  if (creator === 'CloudFormationRollback') return 'cloudformation';
  return creator === 'codeDeployRollback' || rollbackOf ? 'codedeploy' : undefined;
}
