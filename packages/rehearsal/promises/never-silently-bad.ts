import type { Deployment } from 'account-simulator/account/codedeploy/deployment.ts';
import { MINUTE_MS } from 'account-simulator/traffic/version-minute.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { LimitsPolicy } from '../../../shared/catalog/service-entry.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { serviceOfFunction } from '../run/names.ts';
import type { LiveVersion } from './ground-truth.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/** The longest time between two looks of a bake (secondsUntilNextLook), plus the look's own delay, in minutes. */
const unseenMinutes = 6;
/**
 * A minute with this many requests, failing at this multiple of the tolerated rate, condemns a version within this many
 * minutes.
 */
const plain = { requests: 30, excess: 4, minutes: 3 };

/** The daily recording of a whole catalog starts to watch a release within this many minutes of recording it. */
const beginsMinutes = 3;

/**
 * A bad release of a managed service never goes unreported, with a deployment or without one: when its users met far more
 * errors than tolerated, for so long, while it was to be watched, that every look must have seen it, then at the end either
 * its alias has left it, or a mail says that it is not rolled back, unproven or unwatched.
 *
 * The same holds for a rollback that started by itself and ended before it had an incident.
 */
export const neverSilentlyBad: PromiseCheck = {
  promise: 'never-silently-bad',
  watch(facts, broken) {
    return () => {
      for (const deployment of facts.account.codeDeploy.deployments)
        checkDeployment(facts, deployment, broken);
      for (const release of facts.ledger.releases()) checkRecorded(facts, release, broken);
      for (const { arn, name, status, error, startedBy, stopDate } of facts.executions(
        'CoordinateRollback',
      )) {
        if (status === 'RUNNING' || status === 'SUCCEEDED' || !facts.delivered.failedExecution(arn, stopDate))
          continue;
        const byPerson = startedBy === 'person-in-the-console';
        const told = facts.mails.all().some((mail) => mail.executionArn === arn);
        if (!byPerson && !told)
          broken(`coordinate-rollback ${name} ended ${status} (${error}) and nobody was told`);
      }
    };
  },
};

function checkDeployment(facts: RunFacts, deployment: Deployment, broken: Broken): void {
  const { id, appSpec, status, createdAt, completedAt = facts.now() } = deployment;
  const { functionName, alias, targetVersion } = appSpec;
  const service = serviceOfFunction(facts, functionName);
  const entry = service === undefined ? undefined : facts.entry(service);
  if (!entry || !facts.isManaged(entry.service) || facts.origins.of(deployment) !== 'release') return;
  if (!facts.delivered.deployment(id, createdAt) || facts.delivered.catalogOf(entry.service) >= createdAt)
    return;
  const bakes = entry.policy.bake.minMinutes * MINUTE_MS;
  const version = { function: functionName, alias, version: targetVersion };
  const release = releaseOf(facts, id);
  const watched = release === undefined ? undefined : facts.ledger.release(release)?.deployments[id];
  const badSince = silentlyBadSince(facts, version, entry.policy.limits, {
    before: watched ? facts.truth.errorRateBefore(watched) : 0,
    from: createdAt,
    to: status === 'Succeeded' ? completedAt + bakes : completedAt,
    about: [id, release],
  });
  if (badSince === undefined) return;
  broken(
    `${functionName}:${alias} still serves version ${targetVersion} of ${id}, bad by ${facts.clock(badSince)}`,
  );
}

/** The same for a recorded release that came without a deployment and was to be watched as a whole. */
function checkRecorded(facts: RunFacts, release: ReleaseRecord, broken: Broken): void {
  const { releaseId, service, recordedAt, deployments, restoredBy, statedGood, snapshot = [] } = release;
  const policy = facts.entry(service)?.policy;
  const isWatched = recordedAt !== undefined && Object.keys(deployments).length === 0;
  if (!policy || !isWatched || restoredBy !== undefined || statedGood) return;
  const from = Date.parse(recordedAt);
  const newer = facts.ledger.releases(service).find((one) => one.startedAt > recordedAt);
  const bakes = from + (policy.bake.minMinutes + beginsMinutes) * MINUTE_MS;
  const to = Math.min(newer ? Date.parse(newer.startedAt) : bakes, bakes, facts.now());
  for (const alias of snapshot.filter(isAlias)) {
    const badSince = silentlyBadSince(facts, alias, policy.limits, { from, to, about: [releaseId] });
    if (badSince === undefined) continue;
    broken(
      `${alias.target} still serves version ${alias.version} of ${releaseId}, bad by ${facts.clock(badSince)}`,
    );
  }
}

/** The time since which a version that an alias still has was bad without a mail about it; undefined where it was not. */
function silentlyBadSince(
  facts: RunFacts,
  live: LiveVersion,
  limits: LimitsPolicy,
  watched: {
    readonly from: number;
    readonly to: number;
    readonly before?: number;
    readonly about: readonly (string | undefined)[];
  },
): number | undefined {
  const { from, to, before, about } = watched;
  const target = facts.account.lambda.aliasTarget(live.function, live.alias);
  const serves = target?.version === live.version || (target?.weights[live.version] ?? 0) > 0;
  if (!serves) return undefined;
  const needed = plain.minutes + unseenMinutes;
  let run = 0;
  const badSince = facts.truth.minutes(live, from, to, limits, before).find(({ requests, excess }) => {
    run = requests >= plain.requests && excess > plain.excess ? run + 1 : 0;
    return run >= needed;
  })?.at;
  const told = facts.mails
    .all()
    .some(
      (mail) =>
        mail.at > from &&
        about.includes(mail.about) &&
        (mail.needsPerson || mail.subject.includes('unproven')),
    );
  return told ? undefined : badSince;
}

function releaseOf(facts: RunFacts, deploymentId: string): string | undefined {
  const record = facts.ledger.get(`DEPLOYMENT#${deploymentId}`, 'DEPLOYMENT');
  return record?.releaseId as string | undefined;
}
