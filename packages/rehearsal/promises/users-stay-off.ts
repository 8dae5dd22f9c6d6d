import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { isTrafficBack, type ServiceResult } from '../../../shared/ledger/records.ts';
import type { ServicePlan } from '../../../shared/targets/service-plan.ts';
import type { LedgerItem } from './ledger-mirror.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * How long users may be on undone code again, ms: one poll and one restore. The longest wait between two looks at a target
 * is 60 s (poll-target); the look and the restore are calls that time out after 60 s each. An event of a stack takes
 * seconds.
 */
const toleranceMs = 3 * 60_000;

/** An alias whose users an incident took off undone code. */
interface Watched {
  readonly function: string;
  readonly alias: string;
  readonly service: string;
  /** Undone code, with the incident that undid it. */
  readonly undone: Map<string, string>;
  /** The newest version at the time the latest code was undone. */
  newest: number;
  /** The time at which the latest code was undone, ms since the epoch. */
  since: number;
  /** Whether users have been off all undone code since. */
  off: boolean;
  /** The time since which users are on undone code again, ms since the epoch. */
  backSince: number | undefined;
}

/**
 * Users who have left an undone release do not return to it because of the coordinator, nor because it left the stack of the
 * release behind: not for longer than one poll and one restore take. Code is compared, not version numbers. A new release by
 * a team is the team's decision, whatever code it has.
 */
export const usersStayOff: PromiseCheck = {
  promise: 'users-stay-off',
  watch(facts, broken) {
    const watched = new Map<string, Watched>();
    const undo = (incidentId: string, plan: ServicePlan | undefined, only?: string) => {
      for (const target of (plan?.targets ?? []).filter(isAlias)) {
        if (!plan || (only !== undefined && only !== target.target)) continue;
        const key = `${target.function}:${target.alias}`;
        const one = watched.get(key) ?? newlyWatched(target, plan.service);
        watched.set(key, one);
        const versions = undoneVersions(facts, plan, target);
        // Including a version that was deleted and whose code is rebuilt.
        const restored = facts.account.lambda.codeOf(target.function, target.toVersion);
        for (const version of versions) {
          const code = facts.account.lambda.version(target.function, version)?.code;
          if (code === undefined || one.undone.has(code)) continue;
          one.undone.set(code, incidentId);
          one.newest = Math.max(one.newest, ...versions.map(Number));
          one.since = facts.now();
        }
        if (restored !== undefined) one.undone.delete(restored);
        look(facts, one, broken);
      }
    };

    facts.changes.onChange(({ owners, service = '', alias, deploymentId, operation }) => {
      for (const owner of owners) {
        const plan = facts.plans.ofService(owner, service);
        const target = plan?.targets.filter(isAlias).find((one) => {
          const isStopped =
            operation === 'StopDeployment' && one.kind === 'codedeploy' && one.deploymentId === deploymentId;
          return isStopped || (alias?.function === one.function && alias.name === one.alias);
        });
        if (target) undo(owner.split('#')[0] ?? '', plan, target.target);
      }
    });
    facts.ledger.onWrite(({ after }) => {
      if (!after || !isResult(after) || !isTrafficBack(after)) return;
      undo(after.incidentId, facts.plans.ofService(`${after.incidentId}#${after.attempt}`, after.service));
    });
    facts.account.lambda.onAliasChange(({ functionName, alias }) => {
      const one = watched.get(`${functionName}:${alias}`);
      if (one) look(facts, one, broken);
    });
    return () => {
      for (const one of watched.values()) judge(facts, one, 'still', broken);
    };
  },
};

function newlyWatched(
  { function: name, alias }: { readonly function: string; readonly alias: string },
  service: string,
): Watched {
  return {
    function: name,
    alias,
    service,
    undone: new Map(),
    newest: 0,
    since: 0,
    off: false,
    backSince: undefined,
  };
}

function isResult(item: LedgerItem): item is LedgerItem & ServiceResult {
  return item.pk.startsWith('INCIDENT#') && item.sk.startsWith('SERVICE#');
}

/** Versions of a function that a plan undoes. */
function undoneVersions(
  facts: RunFacts,
  plan: ServicePlan,
  target: { readonly function: string; readonly alias: string; readonly fromVersion: string },
): string[] {
  const brought = plan.undoes.flatMap((releaseId) =>
    Object.values(facts.ledger.release(releaseId)?.deployments ?? {})
      .filter((one) => one.function === target.function && one.alias === target.alias)
      .map(({ toVersion }) => toVersion),
  );
  return [...new Set([target.fromVersion, ...brought])];
}

/** Checks an alias that has moved, or whose code was undone. */
function look(facts: RunFacts, one: Watched, broken: Broken): void {
  const live = facts.account.lambda.aliasTarget(one.function, one.alias);
  const versions = live ? [live.version, ...Object.keys(live.weights)] : [];
  const on = versions.some((version) => {
    const code = facts.account.lambda.version(one.function, version)?.code;
    if (code === undefined || !one.undone.has(code)) return false;
    if (!isReleasedAnew(facts, one, version)) return true;
    one.undone.delete(code);
    return false;
  });
  if (on && one.off) {
    one.backSince ??= facts.now();
    return;
  }
  if (!on) {
    judge(facts, one, 'were', broken);
    one.off = true;
    one.backSince = undefined;
  }
}

/** Whether an actor put users on a version on purpose after its code was undone. */
function isReleasedAnew({ account, origins, scenario }: RunFacts, one: Watched, version: string): boolean {
  const deployed = account.codeDeploy.deployments.some(
    (deployment) =>
      deployment.createdAt >= one.since &&
      deployment.appSpec.functionName === one.function &&
      deployment.appSpec.targetVersion === version &&
      origins.of(deployment) === 'release',
  );
  if (deployed) return true;
  const { stack } = scenario.services.find(({ service }) => service === one.service) ?? {};
  return Number(version) > one.newest && stack !== undefined && origins.updatedByOthers(stack, one.since);
}

function judge(facts: RunFacts, one: Watched, said: 'were' | 'still', broken: Broken): void {
  const { backSince } = one;
  if (backSince === undefined || facts.now() - backSince <= toleranceMs) return;
  const seconds = Math.round((facts.now() - backSince) / 1000);
  const incidents = [...new Set(one.undone.values())].join(', ');
  broken(
    `${facts.clock(backSince)} users of ${one.function}:${one.alias} ${said === 'still' ? 'are' : 'were'} ` +
      `on code that ${incidents} undid, for ${seconds} s${said === 'still' ? ' so far' : ''}`,
  );
}
