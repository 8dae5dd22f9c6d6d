import type { Signals } from '../aws/signals.ts';
import type { Stacks } from '../aws/stacks.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import { ownedAliases, readOwnedStacks } from '../catalog/own-aliases.ts';
import { borneErrorRate, type LimitsPolicy, type ServiceEntry } from '../catalog/service-entry.ts';
import { judgedBy, judgeRelease } from '../judge/judge-release.ts';
import { isProvedHealthy } from '../judge/next-step.ts';
import { type MinuteCount, totalOf } from '../judge/samples.ts';
import type { ReleaseRecord } from '../ledger/records.ts';
import type { AliasSnapshot } from '../targets/alias/shapes.ts';
import { targetName } from '../targets/shapes.ts';

/** Clients for judging a first state. */
export interface FirstStateDeps {
  readonly stacks: Pick<Stacks, 'resources'>;
  readonly signals: Pick<Signals, 'minutes' | 'alarms'>;
}

/** Span over which the first state of a service is judged: a weekend, in minutes that CloudWatch keeps for 15 days. */
const lookBackMs = 3 * 86_400_000;

/**
 * Whether the first known state of a service served well in the days before it was recorded: one of its functions had the
 * requests of the policy and is healthy, none broke a limit, over those days or at their end, and no declared alarm rings.
 * An alias counts from its last move by its stack; without a stack nobody knows since when it has its version.
 *
 * @param release the first of its service, as recorded
 */
export async function servedWellBefore(
  { stacks, signals }: FirstStateDeps,
  entry: ServiceEntry,
  { snapshot = [], recordedAt }: ReleaseRecord,
): Promise<boolean> {
  if (recordedAt === undefined) return false;
  const { limits, bake, alarms } = entry.policy;
  const to = Date.parse(recordedAt);
  const movedAt = new Map(
    ownedAliases(entry, await readOwnedStacks(entry, (name) => stacks.resources(name))).map(
      ({ target, resource }) => [targetName(target), resource.updatedAt],
    ),
  );
  let isProved = false;
  for (const alias of snapshot.filter(isAlias)) {
    const moved = movedAt.get(alias.target);
    if (alias.weights !== undefined) return false;
    if (moved === undefined) continue;
    const minutes = await minutesOf(alias, Math.max(moved, to - lookBackMs));
    const subject = `${alias.function}:${alias.version}`;
    const { judgement } = judgeRelease({
      ...judgedBy(entry.policy),
      subject,
      released: minutes,
      until: to,
      warmUpMinutes: 0,
    });
    const { verdict } = judgement;
    if (verdict === 'unhealthy' || !keeps(minutes, limits)) return false;
    isProved ||= isProvedHealthy({ verdict, requests: totalOf(minutes).requests }, bake);
  }
  if (!isProved) return false;
  return (await signals.alarms(alarms)).every(({ state }) => state !== 'ALARM');

  function minutesOf(
    { function: name, alias, version }: AliasSnapshot,
    from: number,
  ): Promise<readonly MinuteCount[]> {
    const slowOverMs = limits.slow?.overMs;
    return signals.minutes({ function: name, alias, version, from, to, slowOverMs, alone: { from, to } });
  }
}

/** Whether all requests together kept within the limits. */
function keeps(
  minutes: readonly MinuteCount[],
  { errorRate = borneErrorRate, slow: limit }: LimitsPolicy,
): boolean {
  const { requests, errors, slow } = totalOf(minutes);
  return errors <= requests * errorRate && (limit === undefined || slow <= requests * limit.share);
}
