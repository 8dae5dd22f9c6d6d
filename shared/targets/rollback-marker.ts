import type { Deployment } from '../aws/deployments.ts';

const prefix = 'rollback-coordinator';

/**
 * The text by which the coordinator recognizes its own deployments: CreateDeployment has no client token, and a deployment's
 * description is its only free text (at most 256 characters).
 */
export function rollbackMarker(incidentId: string, deploymentId: string): string {
  return `${prefix}:${incidentId}:${deploymentId}`;
}

/** Whether a deployment's description was made by {@link rollbackMarker}. */
export function isRollbackMarker(description: string): boolean {
  return description.startsWith(`${prefix}:`);
}

/** A request of the coordinator to a stack: each at most once in an attempt of an incident. */
export type StackStep = 'pin' | 'rebuild' | 'rest' | 'cancel' | 'rollback' | 'continue' | 'skip';

/**
 * The client request token of a stack operation by the coordinator; CloudFormation repeats it in every event of the
 * operation and refuses a second use.
 */
export function stackToken(incidentId: string, attempt: number, step: StackStep): string {
  return `${prefix}-${incidentId}-${attempt}-${step}`;
}

/** Whether a client request token was made by {@link stackToken}. */
export function isStackToken(token: string | undefined): boolean {
  return token?.startsWith(`${prefix}-`) ?? false;
}

/** The author of a rollback deployment, by any of its marks; undefined if the deployment is no rollback. */
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
