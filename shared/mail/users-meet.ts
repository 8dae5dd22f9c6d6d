import type { AliasState } from '../aws/aliases.ts';
import type { NextShift } from '../aws/traffic-routing.ts';
import { isAlias } from '../catalog/alias-kinds.ts';
import { broughtBy, type ReleaseRecord } from '../ledger/records.ts';
import type { RollbackPlan } from '../targets/service-plan.ts';
import { counted, instant, type Line, rows } from './mail-text.ts';

/** An alias that a mail is about, with the meaning of its versions. */
export interface WatchedAlias {
  readonly service: string;
  /** Name of the target. */
  readonly target: string;
  /** Physical name of the function. */
  readonly function: string;
  readonly alias: string;
  /** The version from before the release; absent if unknown. */
  readonly oldVersion?: string;
  /** The version of the release. */
  readonly newVersion: string;
  /** The deployment that shifts the alias; absent if none did. */
  readonly deploymentId?: string;
  /** First traffic of its new version, ISO 8601. */
  readonly servedFrom?: string;
}

/** An alias as read for a mail. */
export interface AliasTraffic extends WatchedAlias {
  /** Undefined if the alias no longer exists. */
  readonly state: Pick<AliasState, 'version' | 'weights'> | undefined;
  /** Reason why it could not be read. */
  readonly unread?: string;
  /** CodeDeploy's next step, if it is left alone; absent if there is none, or it is unknown. */
  readonly nextShift?: NextShift;
}

/** Traffic of users when a mail is written. */
export interface UsersMeet {
  /** ms since the epoch */
  readonly readAt: number;
  readonly aliases: readonly AliasTraffic[];
  /** Number of aliases that were not read. */
  readonly notRead: number;
}

/** The aliases that a release brought new versions to; for a recorded release, those that were live with it. */
export function aliasesOfRelease(release: ReleaseRecord): WatchedAlias[] {
  const brought = broughtBy(release);
  if (brought.length === 0) {
    return (release.snapshot ?? []).filter(isAlias).map((one) => ({
      service: release.service,
      target: one.target,
      function: one.function,
      alias: one.alias,
      newVersion: one.version,
    }));
  }
  return brought.map((one) => ({
    service: release.service,
    target: one.target,
    function: one.function,
    alias: one.alias,
    ...(one.fromVersion !== undefined && { oldVersion: one.fromVersion }),
    newVersion: one.toVersion,
    ...('deploymentId' in one && { deploymentId: one.deploymentId }),
    ...('servedFrom' in one && one.servedFrom && { servedFrom: one.servedFrom }),
  }));
}

/**
 * Traffic when a release was recorded. If all services are recorded on one day, reading every alias again for mails without
 * a task would use up Lambda's request limit.
 */
export function metWhenRecorded(release: ReleaseRecord): UsersMeet {
  const { startedAt, recordedAt = startedAt, snapshot = [] } = release;
  const states = new Map(
    snapshot
      .filter(isAlias)
      .map(({ target, version, weights = {} }) => [target, { version, weights }] as const),
  );
  return {
    readAt: Date.parse(recordedAt),
    aliases: aliasesOfRelease(release).map((one) => ({ ...one, state: states.get(one.target) })),
    notRead: 0,
  };
}

/**
 * The aliases that a plan restores, those of the incident's own service first. The release shows which deployments shift
 * them; without a plan only its aliases are known.
 */
export function aliasesOfIncident(
  plan: Pick<RollbackPlan, 'services'> | undefined,
  release: ReleaseRecord | undefined,
): WatchedAlias[] {
  const own = release ? aliasesOfRelease(release) : [];
  if (!plan) return own;
  const planned = plan.services.flatMap(({ service, targets }) =>
    targets.filter(isAlias).map((one): WatchedAlias => {
      const found = own.find((other) => other.function === one.function && other.alias === one.alias);
      return {
        ...found,
        service,
        target: one.target,
        function: one.function,
        alias: one.alias,
        // The number of a rebuilt version is known only after it is published.
        ...(one.builtBy ? {} : { oldVersion: one.toVersion }),
        newVersion: one.fromVersion,
      };
    }),
  );
  const rest = own.filter(
    (one) => !planned.some((other) => other.function === one.function && other.alias === one.alias),
  );
  const all = [...planned, ...rest];
  const isOwn = ({ service }: WatchedAlias) => service === release?.service;
  return [...all.filter(isOwn), ...all.filter((one) => !isOwn(one))];
}

/** Share of the requests to an alias that its new version gets, 0 to 1; undefined if it was not read. */
function newShare({ state, newVersion, unread }: AliasTraffic): number | undefined {
  if (unread !== undefined) return undefined;
  if (!state) return 0;
  const others = Object.values(state.weights).reduce((sum, weight) => sum + weight, 0);
  return state.version === newVersion ? 1 - others : (state.weights[newVersion] ?? 0);
}

/** The aliases whose new version serves users. */
export function aliasesOnNew({ aliases }: UsersMeet): AliasTraffic[] {
  return aliases.filter((one) => (newShare(one) ?? 0) > 0);
}

/** Whether users meet new versions: `unknown` if the traffic could not be read, or there is no alias. */
export function meetNew({ aliases, notRead }: UsersMeet): 'yes' | 'no' | 'unknown' {
  const shares = aliases.map(newShare);
  if (shares.some((share) => share !== undefined && share > 0)) return 'yes';
  return aliases.length === 0 || notRead > 0 || shares.includes(undefined) ? 'unknown' : 'no';
}

/**
 * The traffic of users, a row for each function, those with traffic on a new version first.
 *
 * @param isBad whether the new versions of the mail's own service are known to be bad
 */
export function meetLines(
  { readAt, aliases, notRead }: UsersMeet,
  { service, isBad }: { readonly service: string; readonly isBad: boolean },
): [Line, ...Line[]] {
  if (aliases.length === 0) {
    return [notRead > 0 ? 'no alias was read' : 'no alias of it is known, so no traffic was read'];
  }
  const sorted = [...aliases].sort((a, b) => (newShare(b) ?? 1) - (newShare(a) ?? 1));
  return [
    `read at ${instant(readAt)}`,
    ...rows(
      sorted.map((one) => [
        one.service === service ? one.target : `${one.service} ${one.target}`,
        trafficOf(one, isBad && one.service === service),
      ]),
    ),
    ...(notRead > 0 ? [`and ${counted(notRead, 'function')} more that were not read`] : []),
  ];
}

function trafficOf(one: AliasTraffic, isBad: boolean): string {
  const { state, unread } = one;
  if (unread !== undefined) return `not read (${unread})`;
  if (!state) return 'there is no such alias any more';
  const others = Object.entries(state.weights);
  const rest = 1 - others.reduce((sum, [, weight]) => sum + weight, 0);
  return [[state.version, rest] as const, ...others]
    .map(([version, share]) => `${percentOf(share)} ${nameOf(one, version, isBad)}`)
    .join(', ');
}

function nameOf({ oldVersion, newVersion }: WatchedAlias, version: string, isBad: boolean): string {
  if (version === newVersion) return `new version ${version}${isBad ? ' (bad)' : ''}`;
  return version === oldVersion ? `old version ${version}` : `version ${version}`;
}

/** CodeDeploy's next step, if it is left alone, in words; undefined if there is none, or it is unknown. */
export function nextShiftInWords({ aliases, readAt }: UsersMeet): string | undefined {
  const shifts = aliases.flatMap(({ nextShift, target, newVersion }) =>
    nextShift ? { ...nextShift, target, newVersion } : [],
  );
  const [first] = [...shifts].sort((a, b) => a.at - b.at);
  if (!first) return undefined;
  const { at, share, target, newVersion } = first;
  const when = at <= readAt ? 'at any moment' : `at ${instant(at)}`;
  const others = shifts.length - 1;
  const what = others > 0 ? `${target} and ${counted(others, 'more function')}` : target;
  return `${when} CodeDeploy moves ${percentOf(share)} of ${what} to ${others > 0 ? 'the new versions' : `new version ${newVersion}`}`;
}

function percentOf(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
