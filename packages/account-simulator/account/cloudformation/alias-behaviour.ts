import type { DeploymentCreator } from '@aws-sdk/client-codedeploy';

/** How CloudFormation and CodeDeploy work together in points that are unverified on AWS: each can be played. */
export interface AliasBehaviour {
  /** `creator` of the deployments a stack makes. */
  readonly creator: DeploymentCreator;
  /** Where a deployment's `CurrentVersion` comes from: the alias as it is, or the template before. */
  readonly currentVersionFrom: 'alias' | 'template';
  /**
   * How a stack's rollback puts an alias back: by the UpdatePolicy of the template before the update, which is a
   * CodeDeploy deployment of its own (creator `CloudFormationRollback`), or at once.
   */
  readonly rollbackPolicy: 'before' | 'none';
  /** Whether an UpdatePolicy that is new in an update is used in it. */
  readonly newUpdatePolicy: 'applies' | 'next-time';
  /** Whether putting an alias back takes away weights that a stop without rollback left on it. */
  readonly rollbackClearsWeights: boolean;
}

/** What is played when nothing is chosen. */
export const DEFAULT_ALIAS_BEHAVIOUR: AliasBehaviour = {
  creator: 'CloudFormation',
  currentVersionFrom: 'alias',
  rollbackPolicy: 'none',
  newUpdatePolicy: 'applies',
  rollbackClearsWeights: true,
};
