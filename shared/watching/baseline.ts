import type { Signals } from '../aws/signals.ts';
import type { LimitsPolicy } from '../catalog/service-entry.ts';
import { totalOf } from '../judge/samples.ts';
import type { CheckpointLedger } from '../ledger/checkpoint-ledger.ts';
import type { TrafficCount } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { aloneSince } from '../queries/alone-since.ts';

/** Dependencies for reading a baseline. */
export interface BaselineDeps {
  readonly signals: Signals;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
}

/** The version that was live before a release. */
export interface VersionBefore {
  readonly service: string;
  readonly target: string;
  readonly function: string;
  readonly alias: string;
  readonly version: string;
}

/**
 * Three hours of the version before: long enough for a rate at ordinary traffic, short enough to be the same
 * time of day. CloudWatch keeps one-minute data for 15 days.
 */
const baselineMs = 3 * 3_600_000;

/** Requests and errors of the version before, in the hours before `until`, ms since the epoch. */
export async function readBaseline(
  deps: BaselineDeps,
  { service, target, function: name, alias, version }: VersionBefore,
  { slow }: Pick<LimitsPolicy, 'slow'>,
  until: number,
): Promise<TrafficCount> {
  const since = await aloneSince(deps, { service, target, version }, until);
  const minutes = await deps.signals.minutes({
    function: name,
    alias,
    version,
    from: until - baselineMs,
    to: until,
    slowOverMs: slow?.overMs,
    ...(since !== undefined && { alone: { from: since, to: until } }),
  });
  const { slow: slowRequests, ...counted } = totalOf(minutes);
  return slow ? { ...counted, slow: slowRequests } : counted;
}
