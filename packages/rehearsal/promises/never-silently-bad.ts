import type { Deployment } from 'account-simulator/account/codedeploy/deployment.ts';
import { MINUTE_MS } from 'account-simulator/traffic/version-minute.ts';
import { serviceOfFunction } from '../run/names.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/** The longest a bake goes without a look (secondsUntilNextLook), and the look's own delay, in minutes. */
const unseenMinutes = 6;

/**
 * A bad deployment of a managed service never stays in silence: when its users met it over the policy's limit
 * for so long, while it was to be watched, that every look of the end saw it, then at the end either its alias
 * has left it, or a person was told that it is not put back, unproven or unwatched.
 *
 * The same holds for a rollback that was started by itself and ended before it had an incident.
 */
export const neverSilentlyBad: PromiseCheck = {
  promise: 'never-silently-bad',
  watch(facts, broken) {
    return () => {
      for (const deployment of facts.account.codeDeploy.deployments)
        checkDeployment(facts, deployment, broken);
      for (const { arn, name, status, error, input, stopDate } of facts.executions('CoordinateRollback')) {
        if (status === 'RUNNING' || status === 'SUCCEEDED' || !facts.delivered.failedExecution(arn, stopDate))
          continue;
        const byPerson = !input.includes('"deploymentId"');
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
  const service = serviceOfFunction(facts.scenario, functionName);
  const entry = service === undefined ? undefined : facts.entry(service);
  if (!entry || !facts.isManaged(entry.service) || facts.origins.of(deployment) !== 'release') return;
  if (!facts.delivered.deployment(id, createdAt) || facts.delivered.catalogOf(entry.service) >= createdAt)
    return;
  const live = facts.account.lambda.aliasTarget(functionName, alias);
  const serving = live?.version === targetVersion || (live?.weights[targetVersion] ?? 0) > 0;
  if (!serving) return;

  const { limits, bake } = entry.policy;
  const to = status === 'Succeeded' ? completedAt + bake.minMinutes * MINUTE_MS : completedAt;
  const version = { function: functionName, alias, version: targetVersion };
  const minutes = facts.truth.minutes(version, createdAt, to, limits);
  const needed = limits.ofLast + unseenMinutes;
  let run = 0;
  const badSince = minutes.find(({ requests, excess }) => {
    run = requests >= limits.sampleRequests && excess > 1 ? run + 1 : 0;
    return run >= needed;
  })?.at;
  if (badSince === undefined) return;
  const release = releaseOf(facts, id);
  const told = facts.mails
    .all()
    .some(
      ({ about, subject, at }) =>
        (about === id || about === release) &&
        at > createdAt &&
        /needs a person|unproven|not being watched/.test(subject),
    );
  if (!told) {
    broken(
      `${functionName}:${alias} still serves version ${targetVersion} of ${id}, bad by ${facts.clock(badSince)}`,
    );
  }
}

function releaseOf(facts: RunFacts, deploymentId: string): string | undefined {
  const record = facts.ledger.get(`DEPLOYMENT#${deploymentId}`, 'DEPLOYMENT');
  return record?.releaseId as string | undefined;
}
