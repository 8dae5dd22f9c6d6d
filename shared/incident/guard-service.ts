import type { Aliases, AliasState } from '../aws/aliases.ts';
import type { Command, Place } from '../by-hand/command.ts';
import { regionOf } from '../by-hand/start-execution.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import type { CheckpointLedger } from '../ledger/checkpoint-ledger.ts';
import { everyService, type HoldLedger } from '../ledger/hold-ledger.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { LockLedger } from '../ledger/lock-ledger.ts';
import { lookBackReleases } from '../ledger/objections-to-good.ts';
import { broughtBy, type IncidentRecord, isTrafficBack, type ReleaseRecord } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { strayMail } from '../mail/guard-mails.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { TrafficReader } from '../mail/traffic-reader.ts';
import { aliasesOfIncident } from '../mail/users-meet.ts';
import { aliasCommand } from '../targets/alias/restoring.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import type { ServicePlan } from '../targets/service-plan.ts';
import type { TargetPlan } from '../targets/shapes.ts';
import { lockOwner } from './lock-owner.ts';

export interface GuardServiceDeps {
  readonly aliases: Aliases;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly checkpoints: CheckpointLedger;
  readonly locks: LockLedger;
  readonly holds: HoldLedger;
  readonly plans: PlanStore;
  readonly mailer: Mailer;
  readonly traffic: Pick<TrafficReader, 'read'>;
  readonly environment: string;
  readonly now: () => number;
  /**
   * Finds other targets of a plan that were moved to undone code, besides aliases of functions; left out, none are sought.
   */
  readonly others?: (plan: ServicePlan) => Promise<LedBack[]>;
}

/** A target that was moved to code that a plan undid, and the way to restore it. */
export interface LedBack {
  readonly name: string;
  /** Versions. */
  readonly from: string;
  readonly to: string;
  readonly byHand: (place: Pick<Place, 'region'>) => Command;
  readonly putBack: () => Promise<void>;
}

type AliasPlan = Extract<TargetPlan, { kind: 'codedeploy' | 'lambda-alias' }>;

/** An event that may have moved users to undone code. */
export interface GuardCause {
  /** The same at every look: each cause is mailed once. */
  readonly id: string;
  /** The event, as a sentence of the mail. */
  readonly told: string;
  /** The stack that caused it; left out, the stack of the service's plan. */
  readonly stack?: string;
  /** Whether the event moved an alias away from its goal; `undone` are the versions that the last rollback undid. */
  readonly isStray: (goal: AliasPlan, state: AliasState, undone: ReadonlySet<string>) => boolean;
}

/** An alias that has left the restored version for code that the incident undid. */
interface StrayAlias {
  readonly goal: AliasPlan;
  readonly state: AliasState;
}

/**
 * Keeps the users of a service on the result of its last rollback: an alias that was moved to undone code is pointed back,
 * and a mail reports it. Nothing of a service on hold is changed, but the mail is sent.
 *
 * While an incident takes the service back, its own steps read the aliases.
 *
 * @returns the aliases that were moved, as `function:alias`
 */
export async function guardService(
  deps: GuardServiceDeps,
  service: string,
  cause: GuardCause,
): Promise<string[]> {
  const {
    aliases,
    releases,
    incidents,
    checkpoints,
    locks,
    holds,
    plans,
    mailer,
    traffic,
    environment,
    now,
  } = deps;
  const recorded = await releases.list(service, { limit: lookBackReleases });
  const restored = recorded.find(({ restoredBy }) => restoredBy !== undefined);
  const incident = restored?.restoredBy && (await incidents.find(restored.restoredBy));
  if (!restored || !incident || !(await isToBeGuarded(deps, service, incident))) return [];
  const { incidentId, attempt } = incident;
  const planned = await plans.findService(incidentId, attempt, service);
  const plan = planned && onRestored(planned, restored);
  const stray = plan ? await strayOf(aliases, plan, recorded, cause) : [];
  const others = (plan && (await deps.others?.(plan))) ?? [];
  if (!plan || stray.length + others.length === 0) return [];
  const hold = (await holds.list()).find((one) => [everyService, service].includes(one.service));
  const nameOf = ({ goal }: StrayAlias) => `${goal.function}:${goal.alias}`;
  const region = regionOf(incident.executionArn);
  const mail = strayMail(environment, {
    service,
    told: cause.told,
    stack: cause.stack ?? stackOf(plan),
    region,
    incidentId,
    executionArn: incident.executionArn,
    meet: await traffic.read(aliasesOfIncident({ services: [plan] }, undefined)),
    moved: [
      ...stray.map((one) => ({
        alias: nameOf(one),
        from: onVersions(one.state),
        to: one.goal.toVersion,
        byHand: aliasCommand({ region }, one.goal),
      })),
      ...others.map(({ name, from, to, byHand }) => ({ alias: name, from, to, byHand: byHand({ region }) })),
    ],
    ...(hold && { heldBy: hold.by }),
  });
  const letter = [restored.releaseId, `stray-${cause.id}`, cause.id, mail] as const;
  // Once the aliases are back, a retry would find nothing to report.
  await mailer.keep(...letter);
  if (!hold) {
    // As every step of an incident does before it changes anything.
    if (await locks.lockOf(service)) await locks.renew(service, lockOwner(incident));
    for (const { goal, state } of stray) {
      const pointed = await aliases.point(goal.function, goal.alias, goal.toVersion, state.revisionId);
      if (pointed) await checkpoints.recordPointed({ service, incidentId }, goal, now());
    }
    for (const { putBack } of others) await putBack();
  }
  await mailer.send(...letter);
  return [...stray.map(nameOf), ...others.map(({ name }) => name)];
}

/** A service that is back is read by no step while its incident still works on other services. */
async function isToBeGuarded(
  { locks, incidents }: GuardServiceDeps,
  service: string,
  incident: IncidentRecord,
): Promise<boolean> {
  const held = await locks.lockOf(service);
  if (!held) return true;
  if (held.owner !== lockOwner(incident)) return false;
  const result = await incidents.serviceResult(incident, service);
  return result !== undefined && isTrafficBack(result);
}

async function strayOf(
  aliases: Aliases,
  plan: ServicePlan,
  recorded: readonly ReleaseRecord[],
  { isStray }: GuardCause,
): Promise<StrayAlias[]> {
  const stray: StrayAlias[] = [];
  for (const goal of plan.targets.filter(isAlias)) {
    const state = await aliases.get(goal.function, goal.alias);
    if (isStray(goal, state, undoneVersions(goal, plan, recorded))) stray.push({ goal, state });
  }
  return stray;
}

/** A plan with the versions that its aliases were put on: rebuilt code has a new version number. */
function onRestored(plan: ServicePlan, { snapshot = [] }: ReleaseRecord): ServicePlan {
  const onVersion = (goal: TargetPlan): TargetPlan => {
    const found = snapshot.filter(isAlias).find(({ target }) => target === goal.target);
    return isAlias(goal) && goal.builtBy && found ? { ...goal, toVersion: found.version } : goal;
  };
  return { ...plan, targets: plan.targets.map(onVersion) };
}

/** Versions of an alias that a plan undid. */
function undoneVersions(
  goal: AliasPlan,
  { undoes }: ServicePlan,
  recorded: readonly ReleaseRecord[],
): ReadonlySet<string> {
  const brought = recorded
    .filter(({ releaseId }) => undoes.includes(releaseId))
    .flatMap(broughtBy)
    .filter((one) => one.function === goal.function && one.alias === goal.alias)
    .map(({ toVersion }) => toVersion);
  const undone = new Set([goal.fromVersion, ...brought]);
  undone.delete(goal.toVersion);
  return undone;
}

function stackOf({ targets }: ServicePlan): string | undefined {
  return targets.flatMap((target) => (target.kind === 'cloudformation' ? target.stack : [])).at(0);
}

function onVersions({ version, weights }: AliasState): string {
  return [version, ...Object.keys(weights)].join(' and ');
}
