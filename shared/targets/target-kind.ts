import type { Aliases } from '../aws/aliases.ts';
import type { ApiStages } from '../aws/api-stages.ts';
import type { Bucket } from '../aws/bucket.ts';
import type { Deployments } from '../aws/deployments.ts';
import type { Hooks } from '../aws/hooks.ts';
import type { MeshRules } from '../aws/mesh-rules.ts';
import type { ParameterStore } from '../aws/parameter-store.ts';
import type { Stacks } from '../aws/stacks.ts';
import type { StateMachineAliases } from '../aws/state-machine-aliases.ts';
import type { Place, Step } from '../by-hand/command.ts';
import type { AliasKind } from '../catalog/alias-kinds.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import type { Pace } from '../ledger/pace-ledger.ts';
import type { BroughtVersion, ReleaseRecord } from '../ledger/records.ts';
import type { StopLedger } from '../ledger/stop-ledger.ts';
import type { StackClients } from './cloudformation/adapter.ts';
import type { PinClients } from './cloudformation/stack-pin.ts';
import type { ServicePlan } from './service-plan.ts';
import type { EntryOf, Kind, PlanKind, PlanOf, SavedKind, SnapshotOf, TargetPlan } from './shapes.ts';
import type { TargetAdapter } from './target-adapter.ts';

/** The clients that kinds of target need, besides those of Lambda and CloudFormation. */
export interface KindClients {
  readonly parameterStore: ParameterStore;
  readonly apiStages: ApiStages;
  readonly meshRules: MeshRules;
  readonly stateMachineAliases: StateMachineAliases;
}

/** Clients for verifying. */
export interface VerifyClients extends KindClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
}

/** Clients for taking a snapshot. */
export interface SnapshotClients extends VerifyClients {
  readonly bucket: Bucket;
}

/** Clients for checking whether saved artefacts still exist. */
export type ArtefactClients = Omit<SnapshotClients, 'stacks'>;

/** Clients for planning a target. */
export interface PlanTargetDeps extends ArtefactClients {
  readonly deployments: Deployments;
  readonly hooks: Hooks;
}

/** Clients of the adapters of all kinds. */
export interface TargetClients extends StackClients, PinClients, KindClients {
  readonly stops: StopLedger;
}

/**
 * Behaviour of the kinds of target, besides their schemas (see `shapes.ts`). A kind is one folder, whose `kind.ts` exports a
 * value for each part of this; `kinds.ts` lists them, and nothing else names the kinds one by one. The parts stand apart so
 * that a function's bundle has only those that it uses.
 */
export interface TargetKinds {
  /** The state saved of a target with each release. */
  readonly saved: { readonly [K in SavedKind]: SavedState<EntryOf<K>, SnapshotOf<K>> };
  /** Planning of a target. Stacks are planned over all other targets of their service: see plan-stacks.ts. */
  readonly plannings: {
    readonly [K in Exclude<Kind, 'cloudformation'>]: Planning<EntryOf<K>, SnapshotOf<K>>;
  };
  /** Actual state of a target; undefined if it is not read. An alias is looked up in its stack. */
  readonly meanings: {
    readonly [K in Exclude<Kind, AliasKind>]: ReadMeaning<EntryOf<K>> | undefined;
  };
  /** By kind of plan: its restoration. A kind of target may have several. */
  readonly restorations: { readonly [P in PlanKind]: Restoration<PlanOf<P>> };
  /** By kind of plan: its words. */
  readonly words: { readonly [P in PlanKind]: PlanWords<PlanOf<P>> };
}

/** The actual state of a target, or its missing part, in words. */
export type Meaning = { readonly means: string } | { readonly missing: string };

/**
 * Reads the actual state of an entry's target.
 *
 * @param physicalIds physical ids of the service's stack by logical id
 */
export type ReadMeaning<Entry> = (
  clients: Omit<KindClients, 'meshRules'>,
  target: Entry,
  physicalIds: ReadonlyMap<string, string>,
) => Promise<Meaning>;

/** Scope of a snapshot. */
export interface SnapshotScope {
  readonly entry: ServiceEntry;
  /** Physical ids of the service's stack by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>;
  /** The versions that the release of the snapshot brought in; none for a snapshot of the live state. */
  readonly brought: readonly Pick<BroughtVersion, 'target' | 'toVersion'>[];
  /** Whether a resource updated at that time, ms since the epoch, has changed since the release brought it in. */
  readonly isOvertaken: (updatedAt?: number) => boolean;
}

/** The state saved of a kind of target with each release. */
export interface SavedState<Entry, Saved> {
  /** The share of an account's limit that recording one target takes; undefined if nothing limits it. */
  readonly recording: { readonly pace: Pace; readonly requests: number } | undefined;
  /** Whether only its live state is known, and not the state that a release brought in. */
  readonly isOnlyLive: boolean;
  /** Reads the live state, and saves the parts that AWS does not keep; undefined if it no longer belongs to the release. */
  read(clients: SnapshotClients, target: Entry, scope: SnapshotScope): Promise<Saved | undefined>;
  /**
   * The missing part of a saved state, in words, which makes going back to it impossible; undefined if all of it exists.
   * Changes nothing.
   */
  missing(clients: ArtefactClients, saved: Saved): Promise<string | undefined>;
  /** The reason why a release with this state is not good, in words, such as a shift in progress. */
  objection?(saved: Saved): string | undefined;
  /** The state in words, and its place if the target's name does not show it. */
  describe(saved: Saved): { readonly live: string; readonly where?: string };
}

/** Inputs of planning a target. */
export interface PlanScope<Saved> {
  /** The state to restore; undefined if none was saved. */
  readonly goal: Saved | undefined;
  /** The release that is undone. */
  readonly bad: ReleaseRecord;
  /** All undone releases, newest first; `bad` combines them. */
  readonly undone: readonly ReleaseRecord[];
  /** Earlier releases, newest first. */
  readonly earlier: readonly ReleaseRecord[];
  /** An earlier attempt of the incident restored the service, and nobody has released it since. */
  readonly isBack: boolean;
}

/** The plan for a target, or the reason for having none; `kept`: somebody changed the target since the release. */
export type PlannedTarget = TargetPlan | { readonly reason: string; readonly kept?: true };

/** Planning of a kind. */
export interface Planning<Entry, Saved> {
  /**
   * Plans one target, or returns the reason why nothing has to be done. Reads, and changes nothing.
   *
   * @throws NoWayBack if the target makes the rollback of its service impossible
   */
  plan(deps: PlanTargetDeps, target: Entry, scope: PlanScope<Saved>): Promise<PlannedTarget>;
}

/** Context for commands by hand. */
export interface ByHand {
  /** The coordinator, and the Region of the commands. */
  readonly place: Place;
  readonly incidentId: string;
  readonly attempt: number;
  readonly service: ServicePlan;
  /** URL from which CloudFormation reads a saved template, by its key. */
  readonly templateUrl: (key: string) => string;
}

/** Restoration by one kind of plan. */
export interface Restoration<Plan> {
  /** Restores the target step by step. */
  adapter(clients: TargetClients): TargetAdapter<Plan>;
  /**
   * Reads the target and checks that it matches the plan; changes nothing.
   *
   * @returns the state found, in words
   * @throws TargetSuperseded when somebody else released over it
   * @throws TargetNotRestored when it does not match for any other reason
   */
  verify(clients: VerifyClients, plan: Plan): Promise<string>;
  /** Parts left on purpose, because somebody changed them since the release, in words; undefined if there can be none. */
  kept?(clients: VerifyClients, plan: Plan): Promise<string[]>;
  /** The rate at which such targets may begin, and the number that this one counts for; undefined if nothing limits them. */
  pace(plan: Plan): { readonly pace: Pace; readonly count: number } | undefined;
  /** Deadline after its first start, ms. */
  deadlineMs(plan: Plan): number;
}

/** Words for one kind of plan. */
export interface PlanWords<Plan> {
  /** The plan in words, for mails. */
  inWords(plan: Plan): string;
  /** The plan in a few words, for a line of a terminal. */
  inShort(plan: Plan): string;
  /** Steps for doing the same by hand, in order. */
  byHand(plan: Plan, by: ByHand): Step[];
}
