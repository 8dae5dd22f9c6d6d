import { isDeepStrictEqual } from 'node:util';
import { isAlias } from '../catalog/alias-kinds.ts';
import type { AliasSnapshot } from '../targets/alias/shapes.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import { broughtBy, type ReleaseRecord } from './records.ts';

/** A service's state as read from the account. */
export interface LiveState {
  readonly snapshot: readonly TargetSnapshot[];
  /** The stack's latest update was the coordinator's own: then its template is no part of the release. */
  readonly stackIsOurs?: boolean | undefined;
  /** Beginning of the stack update that brought the state in, ISO 8601; absent if none did, or it is unknown. */
  readonly began?: string | undefined;
}

/**
 * Whether a recorded release is live: every version that it brought in serves alone, and its snapshot, if it has one,
 * matches. A release without further records is identified by its stack update.
 */
export function isLive(release: ReleaseRecord, live: LiveState): boolean {
  const brought = broughtBy(release);
  if (brought.length === 0 && !release.snapshot) return release.startedAt === live.began;
  const served = brought.every(({ target, toVersion }) => {
    const found = live.snapshot.find((one) => one.target === target);
    return found !== undefined && isAlias(found) && found.version === toVersion && !found.weights;
  });
  if (!release.snapshot) return served;
  const compared =
    live.stackIsOurs || isStackLeftBehind(release, live)
      ? release.snapshot.filter(({ kind }) => kind !== 'cloudformation')
      : release.snapshot;
  return served && isSameState(compared, live.snapshot);
}

/**
 * A rollback may restore the traffic and leave the stack on its update, for a person to pin: until the next update, that
 * stack is no part of the restored state, and brought nothing in.
 */
function isStackLeftBehind({ restoredBy, startedAt }: ReleaseRecord, { began }: LiveState): boolean {
  return restoredBy !== undefined && (began === undefined || began <= startedAt);
}

/** Aliases that split their traffic: the service is between two states. */
export function splitAliases(snapshot: readonly TargetSnapshot[]): AliasSnapshot[] {
  return snapshot.filter(isAlias).filter(({ weights }) => weights !== undefined);
}

function isSameState(before: readonly TargetSnapshot[], now: readonly TargetSnapshot[]): boolean {
  return before.every((one) => {
    const found = now.find(({ target }) => target === one.target);
    return isDeepStrictEqual(ofRelease(one), found && ofRelease(found));
  });
}

/**
 * Leaves out fields that are no part of the release: provisioned concurrency is scaled at any time, rollback triggers guard
 * updates, and older records have neither those nor the template after its transforms, nor digests of configurations.
 */
function ofRelease(one: TargetSnapshot): TargetSnapshot {
  if (one.kind === 'cloudformation') {
    const { processedKey: _, triggers: __, ...rest } = one;
    return rest;
  }
  if (!isAlias(one)) return one;
  const { provisioned: _, configurationSha256: __, ...rest } = one;
  return rest;
}
