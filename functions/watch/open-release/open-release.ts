import * as z from 'zod';
import { readPreflight } from '../../../shared/aws/alarm-conditions.ts';
import type { AlarmReader } from '../../../shared/aws/alarm-reader.ts';
import type { Aliases } from '../../../shared/aws/aliases.ts';
import type { Deployment, Deployments } from '../../../shared/aws/deployments.ts';
import type { Signals } from '../../../shared/aws/signals.ts';
import { isMoving, type Stacks } from '../../../shared/aws/stacks.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { Evidence } from '../../../shared/judge/judgement.ts';
import type { CheckpointLedger } from '../../../shared/ledger/checkpoint-ledger.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import {
  type ReleaseRecord,
  releaseIdOf,
  type TrafficCount,
  type WatchedDeployment,
} from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import type { WatchLedger } from '../../../shared/ledger/watch-ledger.ts';
import { type OriginFact, originOf } from '../../../shared/stack/release-origin.ts';
import { readBaseline } from '../../../shared/watching/baseline.ts';
import { digestsOfChange, knownBadOf } from '../../../shared/watching/known-bad-code.ts';
import { readNormalRates } from '../../../shared/watching/normal-rates.ts';

export const openReleaseInput = z.strictObject({
  kind: z.literal('release'),
  deploymentId: z.string(),
  service: z.string(),
  target: z.string(),
  function: z.string(),
  alias: z.string(),
  fromVersion: z.string(),
  toVersion: z.string(),
});
type Input = z.infer<typeof openReleaseInput>;

export interface OpenReleaseDeps {
  readonly deployments: Deployments;
  readonly aliases: Pick<Aliases, 'digestsOf'>;
  readonly stacks: Stacks;
  readonly signals: Signals;
  readonly alarmReader: AlarmReader;
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly checkpoints: CheckpointLedger;
  readonly watches: Pick<WatchLedger, 'subscribe'>;
  readonly now: () => number;
}

/**
 * Opens the candidate release of a deployment, or joins the one that a sibling opened.
 *
 * SAM shifts all functions of a stack at once, one deployment each: they are one release, identified by their stack update.
 * Records the state from before the release could change it: ringing alarms, problems of alarms, and the counts of the
 * version before.
 */
export function openRelease(deps: OpenReleaseDeps) {
  const { deployments, releases } = deps;

  return async (input: Input): Promise<{ releaseId: string; service: string; deploymentId: string }> => {
    const { deploymentId, service } = input;
    const known = await releases.deployment(deploymentId);
    if (known?.releaseId) return { releaseId: known.releaseId, service, deploymentId };

    const deployment = await deployments.get(deploymentId);
    const entry = await deps.catalog.entry(service);
    const { releaseId, startedAt, stack, origin } = await findRelease(input, deployment, entry);
    const watched = await describe(input, deployment, entry);
    const isOwn = (release: ReleaseRecord) => release.releaseId === releaseId;
    const bad = await knownBadOf(releases, { service, isOwn }, watched);
    await releases.open({
      releaseId,
      service,
      startedAt,
      verdict: 'candidate',
      deployments: {},
      ...(stack && { stack }),
      ...(origin.length > 0 && { origin }),
    });
    await releases.addDeployment(releaseId, { ...watched, ...(bad && { knownBad: bad }) });
    await deps.checkpoints.record({
      ...checkpointSubjectOf({ service, releaseId }, watched),
      phase: 'provisioning',
      status: deployment.status,
      at: watched.createdAt,
      seenAt: new Date(deps.now()).toISOString(),
      evidence: whatWasBefore(watched),
    });
    for (const alarm of Object.keys(watched.alarmsBefore)) {
      await deps.watches.subscribe(alarm, `${input.function}:${input.alias}`, deploymentId);
    }
    await releases.recordDeployment({
      deploymentId,
      service,
      kind: 'release',
      releaseId,
      seenAt: new Date(deps.now()).toISOString(),
    });
    return { releaseId, service, deploymentId };
  };

  async function describe(
    input: Input,
    deployment: Deployment,
    entry: ServiceEntry,
  ): Promise<WatchedDeployment> {
    const groupAlarms = await deployments.alarmsOf(deployment);
    const normal = await readNormalRates(deps, input, entry.policy.limits, deployment.createdAt);
    const alarms = await deps.alarmReader.details([...new Set([...entry.policy.alarms, ...groupAlarms])]);
    const digests = await digestsOfChange(deps.aliases, input);
    const ringing = (alarm: (typeof alarms)[number]) =>
      // A late event finds alarms that this very deployment may have raised.
      alarm.state === 'ALARM' && alarm.since !== undefined && alarm.since >= deployment.createdAt
        ? 'OK'
        : alarm.state;
    return {
      deploymentId: input.deploymentId,
      target: input.target,
      function: input.function,
      alias: input.alias,
      application: deployment.application,
      deploymentGroup: deployment.deploymentGroup,
      ...(deployment.config && { config: deployment.config }),
      fromVersion: input.fromVersion,
      toVersion: input.toVersion,
      createdAt: new Date(deployment.createdAt).toISOString(),
      alarmsBefore: Object.fromEntries(alarms.map((alarm) => [alarm.name, ringing(alarm)])),
      ...(groupAlarms.length > 0 && { groupAlarms: [...groupAlarms] }),
      preflight: await readPreflight(deps.alarmReader, alarms, deps.now(), {
        startedAt: deployment.createdAt,
        versions: [input],
      }),
      ...(digests && { digests }),
      baseline: await baseline(input, deployment, entry),
      ...(normal && { normal }),
    };
  }

  async function baseline(input: Input, deployment: Deployment, entry: ServiceEntry): Promise<TrafficCount> {
    const before = { ...input, version: input.fromVersion };
    return readBaseline(deps, before, entry.policy.limits, deployment.createdAt);
  }

  /**
   * A deployment created by hand, while the stack is at rest, is a release of its own. CodeDeploy may not show its creator.
   */
  async function isOfStack({ stackId, createdAt }: Deployment, stack: string): Promise<boolean> {
    if (stackId !== undefined) return true;
    const activity = await deps.stacks.activityAt(stack, createdAt);
    return activity !== undefined && isMoving(activity);
  }

  async function findRelease({ service, target }: Input, deployment: Deployment, entry: ServiceEntry) {
    const ofStack = (startedAt: number, stack: string, origin: OriginFact[]) => {
      const time = new Date(startedAt).toISOString();
      return { releaseId: releaseIdOf(service, time), startedAt: time, stack, origin };
    };
    const ofItself = () => {
      const time = new Date(deployment.createdAt).toISOString();
      return {
        releaseId: releaseIdOf(service, time, deployment.id),
        startedAt: time,
        stack: undefined,
        origin: [],
      };
    };
    if (!entry.stack) return ofItself();
    const stack = await deps.stacks.describe(entry.stack);
    const updating = stack.status === 'UPDATE_IN_PROGRESS';
    if (!(await isOfStack(deployment, entry.stack))) return ofItself();
    const sameUpdate = updating || stack.status.startsWith('UPDATE_COMPLETE');
    if (sameUpdate && stack.lastUpdatedAt !== undefined && stack.lastUpdatedAt <= deployment.createdAt) {
      return ofStack(stack.lastUpdatedAt, entry.stack, originOf(stack.tags));
    }
    // The update is over already (its first event was lost or late): a sibling may have opened the release.
    const [newest] = await releases.list(service, { limit: 1 });
    const sibling =
      newest !== undefined &&
      newest.stack === entry.stack &&
      Date.parse(newest.startedAt) <= deployment.createdAt &&
      // A release recorded before this deployment began came with an earlier update, long at rest by then.
      (newest.recordedAt === undefined || Date.parse(newest.recordedAt) >= deployment.createdAt) &&
      !Object.values(newest.deployments).some((one) => one.target === target);
    return sibling
      ? { releaseId: newest.releaseId, startedAt: newest.startedAt, stack: entry.stack, origin: [] }
      : ofStack(deployment.createdAt, entry.stack, []);
  }
}

/** The version before and the alarms at that time: the basis for judging the release. */
function whatWasBefore({ fromVersion, baseline, alarmsBefore, ...watched }: WatchedDeployment): Evidence[] {
  const { requests, errors, minutes } = baseline;
  const alarms = Object.entries(alarmsBefore).map(([name, state]): Evidence => {
    const detail = `alarm ${name} was ${state}`;
    return { rule: 'alarm-before', finding: 'note', metric: `alarm ${name}`, detail };
  });
  return [
    {
      rule: 'baseline',
      finding: 'note',
      metric: `errors / invocations of ${watched.function}:${fromVersion}`,
      ...(requests > 0 && { observed: errors / requests }),
      samples: requests,
      detail: `${errors} of ${requests} requests to version ${fromVersion} failed in the ${minutes} minutes before`,
    },
    ...alarms,
  ];
}
