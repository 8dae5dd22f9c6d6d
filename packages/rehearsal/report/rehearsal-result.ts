import type { Evidence } from '../../../shared/judge/judgement.ts';
import type { Outcome, ReleaseVerdict } from '../../../shared/ledger/records.ts';
import type { TimelineEntry } from './timeline.ts';

/** An execution of one of the machines, children of Distributed Maps included. Times are ISO 8601. */
export interface ExecutionResult {
  readonly machine: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: string;
  readonly stoppedAt: string | null;
  readonly historyEvents: number;
  readonly stateTransitions: number;
  readonly error: string | null;
  readonly cause: string | null;
}

/** One incident from its ground truth to its end. */
export interface IncidentResult {
  readonly incidentId: string;
  readonly service: string;
  readonly outcome: Outcome | null;
  /** What was left as it is on purpose, in words, beside the outcome. */
  readonly leftOnPurpose: readonly string[];
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /** When users first met the release's bad behaviour; null for one that never was bad, or not by its answers. */
  readonly becameBadAt: string | null;
  readonly detectedAt: string;
  /** First change the coordinator made for it; null where others had done everything. */
  readonly actedAt: string | null;
  /** When the last alias had left the release; null while one still has it. */
  readonly recoveredAt: string | null;
  readonly closedAt: string | null;
  /** Changes the coordinator made, in order: `codedeploy:StopDeployment`. */
  readonly changes: readonly { readonly at: string; readonly call: string }[];
}

/** A release as the ledger has it. */
export interface ReleaseResult {
  readonly releaseId: string;
  readonly service: string;
  readonly verdict: ReleaseVerdict;
  readonly incidentId: string | null;
  readonly restores: string | null;
}

/** A rollback deployment that the ledger knows of. */
export interface TrackedRollback {
  readonly deploymentId: string;
  readonly service: string;
  readonly by: string;
  readonly rollbackOf: string | null;
}

/** A mail as its reader got it. */
export interface MailResult {
  readonly at: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** What an alias serves. */
export interface AliasResult {
  readonly service: string;
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
  /** Whose code the version has: 0 is the code from before, n the n-th release of the service. */
  readonly release: number;
}

/** A resource that holds data; times are ISO 8601. */
export interface DataResult {
  readonly service: string;
  /** Logical id in the service's stack. */
  readonly resource: string;
  readonly type: string;
  readonly physicalId: string;
  readonly createdAt: string;
  /** When something was written to it first. */
  readonly writtenAt: string | null;
  /** When it was deleted, or replaced by another one. */
  readonly deletedAt: string | null;
}

/** The state of what the services consist of at one moment. */
export interface AccountState {
  readonly aliases: readonly AliasResult[];
  readonly stacks: readonly { readonly service: string; readonly stack: string; readonly status: string }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly version: number;
    readonly value: string;
  }[];
  /** The release whose deployment each stage of an API serves: 0 is the one from before. */
  readonly apiStages: readonly { readonly name: string; readonly release: number }[];
  /** Tables, buckets and queues of the stacks, also those that are gone. */
  readonly data: readonly DataResult[];
  /** By alias of a state machine, the parts in percent by the release that brought the version: 0 is from before. */
  readonly workflows: readonly {
    readonly name: string;
    readonly parts: Readonly<Record<string, number>>;
  }[];
  /** The weights of rules by target group. */
  readonly mesh: readonly { readonly rule: string; readonly weights: Readonly<Record<string, number>> }[];
}

/** Everything a rehearsal found out. The same seed gives the same result but for `wallMs`. */
export interface RehearsalResult {
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  /** What ended it: everything at rest, or the deadline. */
  readonly ended: 'at-rest' | 'deadline';
  readonly startedAt: string;
  readonly endedAt: string;
  /** Virtual time from the scenario's 0 to the end. */
  readonly virtualSeconds: number;
  readonly wallMs: number;
  readonly executions: readonly ExecutionResult[];
  /** Invocations of each function of the template, by logical id. */
  readonly invocations: Readonly<Record<string, number>>;
  /** Calls that a request limit of the account refused; the SDK, or a Retry block, made them again. */
  readonly throttled: number;
  readonly incidents: readonly IncidentResult[];
  readonly releases: readonly ReleaseResult[];
  readonly trackedRollbacks: readonly TrackedRollback[];
  readonly mails: readonly MailResult[];
  /** Messages in the dead-letter queues. */
  readonly undelivered: number;
  readonly before: AccountState;
  readonly after: AccountState;
  readonly timeline: readonly TimelineEntry[];
  /** What the scenario says and the run never came to: bad code that met no request. */
  readonly notes: readonly string[];
  /** What is not as the scenario expects; empty when the rehearsal went as it should. */
  readonly violations: readonly string[];
}
