import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  AutoRollbackEvent,
  TriggerConfig,
} from '@aws-sdk/client-codedeploy';
import type { Deployment } from './deployment.ts';

/** What a deployment group is told to do. */
export interface DeploymentGroupSettings {
  readonly configName: string;
  readonly alarms: AlarmConfiguration;
  readonly autoRollback: AutoRollbackConfiguration;
  readonly serviceRoleArn: string;
  /** Kept and shown, never acted on. */
  readonly triggers: readonly TriggerConfig[];
}

/** A deployment group: the settings, and what has been deployed through it. */
export interface DeploymentGroup {
  readonly id: string;
  readonly application: string;
  readonly name: string;
  settings: DeploymentGroupSettings;
  /** The one deployment that is not over yet. */
  active: Deployment | undefined;
  lastSuccessful: Deployment | undefined;
  lastAttempted: Deployment | undefined;
  /** Newest last. */
  readonly deployments: Deployment[];
}

/** Names of the alarms that stop a deployment under a configuration; none while it is not enabled. */
export function watchedAlarms({ enabled, alarms }: AlarmConfiguration): readonly string[] {
  return enabled ? (alarms ?? []).flatMap(({ name }) => (name === undefined ? [] : [name])) : [];
}

/** Whether a configuration rolls a deployment back after `event`. */
export function rollsBackOn(
  { enabled, events }: AutoRollbackConfiguration,
  event: AutoRollbackEvent,
): boolean {
  return enabled === true && (events ?? []).includes(event);
}
