import type { DeploymentCreator } from '@aws-sdk/client-codedeploy';

/** The interaction of CloudFormation and CodeDeploy in points that are unverified on AWS: each answer can be played. */
export interface AliasBehaviour {
  /** `creator` of a stack's deployments. */
  readonly creator: DeploymentCreator;
  /** The source of a deployment's `CurrentVersion`: the alias as it is, or the previous template. */
  readonly currentVersionFrom: 'alias' | 'template';
  /**
   * The way a stack's rollback restores an alias: by the UpdatePolicy of the template before the update, which makes a
   * CodeDeploy deployment of its own (creator `CloudFormationRollback`), or at once.
   */
  readonly rollbackPolicy: 'before' | 'none';
  /** Whether an UpdatePolicy that is new in an update applies to that update. */
  readonly newUpdatePolicy: 'applies' | 'next-time';
  /** Whether restoring an alias removes weights that a stop without rollback left on it. */
  readonly rollbackClearsWeights: boolean;
}

/** The behaviour without options. */
export const DEFAULT_ALIAS_BEHAVIOUR: AliasBehaviour = {
  creator: 'CloudFormation',
  currentVersionFrom: 'alias',
  rollbackPolicy: 'none',
  newUpdatePolicy: 'applies',
  rollbackClearsWeights: true,
};
