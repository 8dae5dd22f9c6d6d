import * as z from 'zod';
import type { Aliases, AliasState } from '../../shared/aws/aliases.ts';
import { isAlias } from '../../shared/catalog/alias-kinds.ts';
import type { CatalogStore } from '../../shared/catalog/catalog-store.ts';
import { stacksOf } from '../../shared/catalog/service-entry.ts';
import { lockOwner } from '../../shared/incident/lock-owner.ts';
import { everyService, type HoldLedger } from '../../shared/ledger/hold-ledger.ts';
import type { IncidentLedger } from '../../shared/ledger/incident-ledger.ts';
import type { LockLedger } from '../../shared/ledger/lock-ledger.ts';
import { lookBackReleases } from '../../shared/ledger/objections-to-good.ts';
import { type IncidentRecord, isTrafficBack, type ReleaseRecord } from '../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../shared/ledger/release-ledger.ts';
import { strayMail } from '../../shared/mail/guard-mails.ts';
import type { MailRoom } from '../../shared/mail/mail-room.ts';
import type { PlanStore } from '../../shared/targets/plan-store.ts';
import type { ServicePlan, TargetPlan } from '../../shared/targets/service-plan.ts';

type AliasPlan = Extract<TargetPlan, { kind: 'codedeploy' | 'lambda-alias' }>;

/** A "CloudFormation Stack Status Change"; further fields are EventBridge's own. */
export const guardAliasesInput = z.object({
  /** The same in every delivery of one event. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,36}$/, 'must be the id of an event'),
  detail: z.object({ 'stack-id': z.string() }),
});

/** What the rule needs. */
export interface GuardAliasesDeps {
  readonly aliases: Aliases;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly locks: LockLedger;
  readonly holds: HoldLedger;
  readonly plans: PlanStore;
  readonly mailRoom: MailRoom;
  readonly environment: string;
}

/** An alias that has left what an incident restored, for code that the incident undid. */
interface StrayAlias {
  readonly goal: AliasPlan;
  readonly state: AliasState;
}

/**
 * Keeps the users of a service on what its last rollback restored. CloudFormation's last state of a stack that is not
 * pinned is the bad release, and the rollback of any later update goes there: where it has put an alias on a version that
 * the rollback undid, the alias is pointed back, and a mail says so.
 *
 * While an incident takes the service back, its own steps read the aliases. A newer version is somebody's release, and a
 * version that was not undone is somebody's choice; both stay. So does everything of a service on hold, with a mail.
 */
export function guardAliases(deps: GuardAliasesDeps) {
  const { aliases, catalog, releases, incidents, locks, holds, plans, mailRoom, environment } = deps;

  return async ({ id, detail }: z.infer<typeof guardAliasesInput>): Promise<{ stray: string[] }> => {
    const stack = detail['stack-id'].split('/')[1] ?? detail['stack-id'];
    const { services = {} } = (await catalog.find()) ?? {};
    const found: string[] = [];
    for (const entry of Object.values(services)) {
      if (!stacksOf(entry).includes(stack)) continue;
      const stray = await guard(entry.service, stack, id);
      found.push(...stray.map(({ goal }) => `${goal.function}:${goal.alias}`));
    }
    return { stray: found };
  };

  async function guard(service: string, stack: string, eventId: string): Promise<StrayAlias[]> {
    const recorded = await releases.list(service, { limit: lookBackReleases });
    const restored = recorded.find(({ restoredBy }) => restoredBy !== undefined);
    const incident = restored?.restoredBy && (await incidents.find(restored.restoredBy));
    if (!restored || !incident || !(await isToBeGuarded(service, incident))) return [];
    const { incidentId, attempt } = incident;
    const plan = await plans.findService(incidentId, attempt, service);
    const stray = plan ? await strayOf(plan, recorded) : [];
    if (stray.length === 0) return [];
    const hold = (await holds.list()).find((one) => [everyService, service].includes(one.service));
    const mail = strayMail(environment, {
      service,
      stack,
      incidentId,
      moved: stray.map(({ goal, state }) => ({
        alias: `${goal.function}:${goal.alias}`,
        from: state.version,
        to: goal.toVersion,
      })),
      ...(hold && { heldBy: hold.by }),
    });
    const letter = [restored.releaseId, `stray-${eventId}`, eventId, mail] as const;
    // Once the aliases are back, a second delivery of the event would not know that there is something to tell.
    await mailRoom.keep(...letter);
    if (!hold) {
      // As every step of an incident does before it changes something.
      if (await locks.held(service)) await locks.renew(service, lockOwner(incident));
      for (const { goal, state } of stray) {
        await aliases.point(goal.function, goal.alias, goal.toVersion, state.revisionId);
      }
    }
    await mailRoom.send(...letter);
    return stray;
  }

  /** While its own incident still works on others, a service that is back is read by no step. */
  async function isToBeGuarded(service: string, incident: IncidentRecord): Promise<boolean> {
    const held = await locks.held(service);
    if (!held) return true;
    if (held.owner !== lockOwner(incident)) return false;
    const result = await incidents.serviceResult(incident, service);
    return result !== undefined && isTrafficBack(result);
  }

  async function strayOf(plan: ServicePlan, recorded: readonly ReleaseRecord[]): Promise<StrayAlias[]> {
    const stray: StrayAlias[] = [];
    for (const goal of plan.targets.filter(isAlias)) {
      const state = await aliases.get(goal.function, goal.alias);
      // With weights, CodeDeploy is at work: the stack tells once that is over.
      if (Object.keys(state.weights).length > 0 || state.version === goal.toVersion) continue;
      if (undoneVersions(goal, plan, recorded).has(state.version)) stray.push({ goal, state });
    }
    return stray;
  }
}

/** Versions of an alias that a plan undid. */
function undoneVersions(
  goal: AliasPlan,
  { undoes }: ServicePlan,
  recorded: readonly ReleaseRecord[],
): ReadonlySet<string> {
  const brought = recorded
    .filter(({ releaseId }) => undoes.includes(releaseId))
    .flatMap(({ deployments }) => Object.values(deployments))
    .filter((one) => one.function === goal.function && one.alias === goal.alias)
    .map(({ toVersion }) => toVersion);
  return new Set([goal.fromVersion, ...brought]);
}
