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

/** The clients that kinds of target bring with them, besides those of Lambda and CloudFormation. */
export interface KindClients {
  readonly parameterStore: ParameterStore;
  readonly apiStages: ApiStages;
  readonly meshRules: MeshRules;
  readonly stateMachineAliases: StateMachineAliases;
}

/** What verifying reads with. */
export interface VerifyClients extends KindClients {
  readonly aliases: Aliases;
  readonly stacks: Stacks;
}

/** What a snapshot is taken with. */
export interface SnapshotClients extends VerifyClients {
  readonly bucket: Bucket;
}

/** What is asked whether something saved still exists. */
export type ArtefactClients = Omit<SnapshotClients, 'stacks'>;

/** What planning a target reads with. */
export interface PlanTargetDeps extends ArtefactClients {
  readonly deployments: Deployments;
  readonly hooks: Hooks;
}

/** What the adapters of all kinds need of AWS. */
export interface TargetClients extends StackClients, PinClients, KindClients {
  readonly stops: StopLedger;
}

/**
 * What the coordinator has to know of the kinds of target, besides how each is written down (see `shapes.ts`). A kind is
 * one folder, whose `kind.ts` exports a value for each part of this; `kinds.ts` lists them, and nothing else names the
 * kinds one by one. The parts stand apart so that a function's bundle has only those that it uses.
 */
export interface TargetKinds {
  /** What is saved of a target with each release. */
  readonly saved: { readonly [K in SavedKind]: SavedState<EntryOf<K>, SnapshotOf<K>> };
  /** How its way back is planned. Stacks are planned over all other targets of their service: see plan-stacks.ts. */
  readonly plannings: {
    readonly [K in Exclude<Kind, 'cloudformation'>]: Planning<EntryOf<K>, SnapshotOf<K>>;
  };
  /** What a target is on the account; undefined where nothing is looked for. What an alias is, its stack tells. */
  readonly meanings: {
    readonly [K in Exclude<Kind, AliasKind>]: ReadMeaning<EntryOf<K>> | undefined;
  };
  /** By kind of plan: how a target goes back by it. A kind of target may have several. */
  readonly restorations: { readonly [P in PlanKind]: Restoration<PlanOf<P>> };
  /** By kind of plan: what is said of it. */
  readonly words: { readonly [P in PlanKind]: PlanWords<PlanOf<P>> };
}

/** What a target is on the account, or what of it does not exist, in words. */
export type Meaning = { readonly means: string } | { readonly missing: string };

/**
 * Reads what a target of an entry is on the account.
 *
 * @param physicalIds by logical id, what the service's stack has
 */
export type ReadMeaning<Entry> = (
  clients: Omit<KindClients, 'meshRules'>,
  target: Entry,
  physicalIds: ReadonlyMap<string, string>,
) => Promise<Meaning>;

/** What a snapshot is taken for. */
export interface SnapshotScope {
  readonly entry: ServiceEntry;
  /** By logical id, what the service's stack has. */
  readonly physicalIds: ReadonlyMap<string, string>;
  /** The versions that the release brought in whose snapshot it is; none where it is that of what is live. */
  readonly brought: readonly Pick<BroughtVersion, 'target' | 'toVersion'>[];
  /** Whether something that was updated then, ms since the epoch, is no longer as the release brought it in. */
  readonly isOvertaken: (updatedAt?: number) => boolean;
}

/** What is saved of a kind of target with each release. */
export interface SavedState<Entry, Saved> {
  /** How much of a limit of the account it takes to record one target; undefined where nothing limits it. */
  readonly recording: { readonly pace: Pace; readonly requests: number } | undefined;
  /** Whether it is known as it is live only, and not as a release brought it in. */
  readonly isOnlyLive: boolean;
  /** Reads what is live, and saves what AWS does not keep; undefined where that is no longer of the release. */
  read(clients: SnapshotClients, target: Entry, scope: SnapshotScope): Promise<Saved | undefined>;
  /**
   * What of it no longer exists, in words, so that it cannot be gone back to; undefined where all of it does. Changes
   * nothing.
   */
  missing(clients: ArtefactClients, saved: Saved): Promise<string | undefined>;
  /** Why a release that has it is not good, in words, such as that it is on its way between two states. */
  objection?(saved: Saved): string | undefined;
  /** What it is, and where it stands where the target does not tell, in words. */
  describe(saved: Saved): { readonly live: string; readonly where?: string };
}

/** What a way back is planned from. */
export interface PlanScope<Saved> {
  /** What it is put back to; undefined where nothing of it is saved. */
  readonly goal: Saved | undefined;
  /** The release that is undone. */
  readonly bad: ReleaseRecord;
  /** All releases that are undone, newest first: `bad` is them as one. */
  readonly undone: readonly ReleaseRecord[];
  /** The releases before it, newest first. */
  readonly earlier: readonly ReleaseRecord[];
  /** An earlier attempt of the incident put the service back, and nobody has released it since. */
  readonly isBack: boolean;
}

/** What is to be done to a target, or why nothing is; `kept`: because somebody changed it since the release. */
export type PlannedTarget = TargetPlan | { readonly reason: string; readonly kept?: true };

/** How the way back of a kind is planned. */
export interface Planning<Entry, Saved> {
  /**
   * Plans what is to be done to one target, or says why nothing is. Reads, and changes nothing.
   *
   * @throws NoWayBack where the target makes it impossible to put its service back
   */
  plan(deps: PlanTargetDeps, target: Entry, scope: PlanScope<Saved>): Promise<PlannedTarget>;
}

/** What commands by hand are written for. */
export interface ByHand {
  /** The coordinator, and the Region of the commands. */
  readonly place: Place;
  readonly incidentId: string;
  readonly attempt: number;
  readonly service: ServicePlan;
  /** Where CloudFormation reads a saved template from, by its key. */
  readonly templateUrl: (key: string) => string;
}

/** How a target goes back by one kind of plan. */
export interface Restoration<Plan> {
  /** Puts it back step by step. */
  adapter(clients: TargetClients): TargetAdapter<Plan>;
  /**
   * Reads the target and checks that it is what the plan says; changes nothing.
   *
   * @returns what was found, in words
   * @throws TargetSuperseded when somebody else released over it
   * @throws TargetNotRestored when it is not for any other reason
   */
  verify(clients: VerifyClients, plan: Plan): Promise<string>;
  /** What of it was left on purpose, because somebody changed it since the release, in words; undefined where none can be. */
  kept?(clients: VerifyClients, plan: Plan): Promise<string[]>;
  /** How fast such targets are begun, and as how many this one counts; undefined where nothing limits them. */
  pace(plan: Plan): { readonly pace: Pace; readonly count: number } | undefined;
  /** How long it may take from its first start, ms. */
  deadlineMs(plan: Plan): number;
}

/** What is said of one kind of plan. */
export interface PlanWords<Plan> {
  /** What the plan does, for mails. */
  inWords(plan: Plan): string;
  /** The same in as few words as a line of a terminal has room for. */
  inShort(plan: Plan): string;
  /** How a person does the same by hand, in order. */
  byHand(plan: Plan, by: ByHand): Step[];
}
