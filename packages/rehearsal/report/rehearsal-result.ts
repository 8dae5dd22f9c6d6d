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
  /** Targets left as they are on purpose, in words, besides the outcome. */
  readonly leftOnPurpose: readonly string[];
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  /**
   * The time at which users first met the release's bad behaviour; null for a release that never was bad, or not by its
   * answers.
   */
  readonly becameBadAt: string | null;
  readonly detectedAt: string;
  /** The coordinator's first change for the incident; null where it made none. */
  readonly actedAt: string | null;
  /** The time at which the last alias had left the release; null while an alias still has it. */
  readonly recoveredAt: string | null;
  readonly closedAt: string | null;
  /** The coordinator's changes, in order: `codedeploy:StopDeployment`. */
  readonly changes: readonly { readonly at: string; readonly call: string }[];
}

/** A release in the ledger. */
export interface ReleaseResult {
  readonly releaseId: string;
  readonly service: string;
  readonly verdict: ReleaseVerdict;
  readonly incidentId: string | null;
  readonly restores: string | null;
}

/** A rollback deployment in the ledger. */
export interface TrackedRollback {
  readonly deploymentId: string;
  readonly service: string;
  readonly by: string;
  readonly rollbackOf: string | null;
}

/** A mail as its reader receives it. */
export interface MailResult {
  readonly at: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** The version that an alias serves. */
export interface AliasResult {
  readonly service: string;
  readonly function: string;
  readonly alias: string;
  readonly version: string;
  readonly weights: Readonly<Record<string, number>>;
  /** The release that brought the version's code: 0 is the code from before, n the n-th release of the service. */
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
  /** Time of the first write. */
  readonly writtenAt: string | null;
  /** Time of its deletion or replacement. */
  readonly deletedAt: string | null;
}

/** The state of the services' resources at one moment. */
export interface AccountState {
  readonly aliases: readonly AliasResult[];
  readonly stacks: readonly { readonly service: string; readonly stack: string; readonly status: string }[];
  readonly parameters: readonly {
    readonly name: string;
    readonly version: number;
    readonly value: string;
  }[];
  /** The release whose deployment each API stage serves: 0 is the state before. */
  readonly apiStages: readonly { readonly name: string; readonly release: number }[];
  /** Tables, buckets and queues of the stacks, deleted ones included. */
  readonly data: readonly DataResult[];
  /**
   * By alias of a state machine, the traffic shares, in per cent, by the release that brought the version: 0 is the state
   * before.
   */
  readonly workflows: readonly {
    readonly name: string;
    readonly parts: Readonly<Record<string, number>>;
  }[];
  /** The weights of rules by target group. */
  readonly mesh: readonly { readonly rule: string; readonly weights: Readonly<Record<string, number>> }[];
}

/** The complete result of a rehearsal. The same seed gives the same result except for `wallMs`. */
export interface RehearsalResult {
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  /** The reason for the end: everything at rest, or the deadline. */
  readonly ended: 'at-rest' | 'deadline';
  readonly startedAt: string;
  readonly endedAt: string;
  /** Virtual time from the scenario's 0 to the end. */
  readonly virtualSeconds: number;
  readonly wallMs: number;
  readonly executions: readonly ExecutionResult[];
  /** Invocations of each function of the template, by logical id. */
  readonly invocations: Readonly<Record<string, number>>;
  /** Calls that a request limit of the account refused; the SDK, or a Retry block, retried them. */
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
  /** Parts of the scenario that the run never reached: bad code that met no request. */
  readonly notes: readonly string[];
  /** Differences from the scenario's expectation; empty when the rehearsal went as expected. */
  readonly violations: readonly string[];
}
