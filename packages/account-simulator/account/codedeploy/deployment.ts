import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  DeploymentCreator,
  DeploymentStatus,
  ErrorInformation,
  LifecycleEventStatus,
  RollbackInfo,
  TargetStatus,
} from '@aws-sdk/client-codedeploy';
import type { AppSpec, Revision } from './app-spec.ts';
import type { DeploymentConfig } from './deployment-config.ts';
import type { DeploymentGroup } from './deployment-group.ts';

/** The three steps of every Lambda deployment (user guide, "Run order of hooks in a Lambda deployment"). */
export const LIFECYCLE_EVENTS = ['BeforeAllowTraffic', 'AllowTraffic', 'AfterAllowTraffic'] as const;

/** Name of a lifecycle event of a Lambda deployment. */
export type LifecycleEventName = (typeof LIFECYCLE_EVENTS)[number];

/** The progress of one lifecycle event. Times in ms since the epoch. */
export interface LifecycleStep {
  readonly name: LifecycleEventName;
  status: LifecycleEventStatus;
  startedAt?: number;
  endedAt?: number;
  /** The reason of a failure. */
  message?: string;
}

/** The current state of one deployment. Times in ms since the epoch. */
export interface Deployment {
  readonly id: string;
  /** Counts up over the account, in the order of creation. */
  readonly sequence: number;
  readonly group: DeploymentGroup;
  readonly config: DeploymentConfig;
  readonly revision: Revision;
  readonly appSpec: AppSpec;
  readonly previousRevision: Revision | undefined;
  readonly creator: DeploymentCreator;
  readonly description: string | undefined;
  /** Id of the CloudFormation stack behind it. */
  readonly externalId: string | undefined;
  readonly createdAt: number;
  readonly autoRollback: AutoRollbackConfiguration;
  readonly overrideAlarms: AlarmConfiguration | undefined;
  /** The deployment that this one undoes, if CodeDeploy created it to roll back. */
  readonly rollsBack: Deployment | undefined;
  readonly lifecycle: readonly LifecycleStep[];
  status: DeploymentStatus;
  targetStatus: TargetStatus;
  /** Share (0–1) of the target version as last set by CodeDeploy. */
  weight: number;
  startedAt?: number;
  completedAt?: number;
  updatedAt: number;
  error?: ErrorInformation;
  rollbackInfo?: RollbackInfo;
}

/** Whether a deployment has ended (`Succeeded`, `Failed`, `Stopped`). */
export function isOver({ status }: Deployment): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped';
}
