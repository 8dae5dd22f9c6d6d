import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  AutoRollbackEvent,
  TriggerConfig,
} from '@aws-sdk/client-codedeploy';
import type { Deployment } from './deployment.ts';

/** The settings of a deployment group. */
export interface DeploymentGroupSettings {
  readonly configName: string;
  readonly alarms: AlarmConfiguration;
  readonly autoRollback: AutoRollbackConfiguration;
  readonly serviceRoleArn: string;
  /** Stored and returned, never acted on. */
  readonly triggers: readonly TriggerConfig[];
}

/** A deployment group: its settings and its deployments. */
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

/** Names of the alarms that stop a deployment under a configuration; none while it is disabled. */
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
