import type { LifecycleEventStatus } from '@aws-sdk/client-codedeploy';
import type { AliasTarget } from '../lambda/lambda-alias.ts';
import type { LifecycleEventName } from './deployment.ts';

/** State of a CloudWatch alarm. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The alarms of the account as CodeDeploy watches them. */
export interface AlarmsPort {
  /** `undefined` for an alarm that does not exist. */
  state(name: string): AlarmState | undefined;
  /** Calls `listener` after every change of an alarm's state. */
  onChange(listener: (name: string, state: AlarmState) => void): void;
}

/** The functions of the account as CodeDeploy moves their aliases. */
export interface AliasesPort {
  hasFunction(name: string): boolean;
  /** `undefined` for a version that does not exist. */
  version(functionName: string, version: string): object | undefined;
  aliasTarget(functionName: string, alias: string): AliasTarget | undefined;
  /** Throws an AwsError to refuse. */
  pointAlias(functionName: string, alias: string, target: AliasTarget): void;
}

/** The input of a hook function. */
export interface HookCall {
  readonly deploymentId: string;
  readonly lifecycleEventName: LifecycleEventName;
  /** The id to pass to `PutLifecycleEventHookExecutionStatus`. */
  readonly lifecycleEventHookExecutionId: string;
  readonly applicationName: string;
  readonly deploymentGroupName: string;
  readonly functionName: string;
  readonly targetVersion: string;
}

/** The result of a hook function. */
export interface HookOutcome {
  readonly result: 'Succeeded' | 'Failed' | 'TimedOut';
  /** ms until it reports; meaningless for `TimedOut`. */
  readonly afterMs: number;
}

/** Plays the hook functions; `undefined` means the hook reports by `PutLifecycleEventHookExecutionStatus`. */
export type HookPort = (name: string, call: HookCall) => HookOutcome | undefined;

/** An event for the bus; the bus adds id, time, account and Region. */
export interface EmittedEvent {
  readonly source: 'aws.codedeploy';
  readonly detailType: 'CodeDeploy Deployment State-change Notification';
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The statuses that a hook may report; the API's others are refused. */
export type HookReport = Extract<LifecycleEventStatus, 'Succeeded' | 'Failed'>;
