import { isDeepStrictEqual } from 'node:util';
import { isAlias } from '../catalog/alias-kinds.ts';
import type { AliasSnapshot } from '../targets/alias/shapes.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import { broughtBy, type ReleaseRecord } from './records.ts';

/** What was read off the account for a service. */
export interface LiveState {
  readonly snapshot: readonly TargetSnapshot[];
  /** The stack's latest update was the coordinator's own: its template is no part of the release then. */
  readonly stackIsOurs?: boolean | undefined;
  /** Beginning of the stack update that brought it in, ISO 8601; absent where no update did, or it is not known. */
  readonly began?: string | undefined;
}

/**
 * Whether a recorded release is what is live: every version it brought in serves alone, and where a
 * snapshot was taken, it is this one. A release of which nothing else is known is told by its stack update.
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
 * A rollback may put users back and leave the stack with the update before it, for a person to pin: until the next update,
 * that stack is no part of what was put back, and brought nothing in.
 */
function isStackLeftBehind({ restoredBy, startedAt }: ReleaseRecord, { began }: LiveState): boolean {
  return restoredBy !== undefined && (began === undefined || began <= startedAt);
}

/** Aliases that split their traffic: the service is on its way between two states. */
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
 * Without what is no part of the release: provisioned concurrency is scaled at any time, rollback triggers guard updates,
 * and older records have neither those nor the template after its transforms, nor digests of configurations.
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
