import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { HealthCheckEvent } from '../../../shared/aws/health-checks.ts';
import { functionsOf } from '../scenario/check-names.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioHealthCheck } from '../scenario/scenario-health-check.ts';
import { codeUri } from '../scenario/service-template.ts';

/** Longer than anybody waits for a check. */
const foreverMs = 60_000;

/** What a broken check throws: its name and message are the team's. */
class CheckBroken extends Error {
  override readonly name = 'CheckBroken';
}

/** When the code of a release is to be found unhealthy, ms from its first traffic on, and what is said of it. */
interface Sickness {
  readonly after: number;
  readonly until: number | undefined;
  readonly reason: string;
}

/** Deploys the functions that are health checks of the scenario's services. */
export function deployHealthChecks(scenario: Scenario, account: SimulatedAccount): void {
  const sick = sicknesses(scenario);
  const zero = Date.parse(scenario.start);
  for (const [name, behaviour] of checksOf(scenario)) {
    if (behaviour?.result === 'Missing') continue;
    const properties = {};
    account.lambda.createFunction(name, { code: 's3://deployment-artifacts/health-checks.zip', properties });
    account.lambdaRuntime.add(
      {
        logicalId: name,
        name,
        arn: account.lambda.arn(name),
        timeoutSeconds: 30,
        code: () => async (event: HealthCheckEvent) => {
          const from = behaviour?.from;
          const misbehaves = behaviour && (from === undefined || account.clock.now() >= zero + from);
          return misbehaves ? misbehave(behaviour, account) : answer(event, sick, account);
        },
        runtime: { env: {}, clientConfig: {}, now: () => account.clock.now() },
      },
      { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 },
    );
  }
}

function checksOf({ services, healthChecks }: Scenario): [string, ScenarioHealthCheck | undefined][] {
  const names = services.flatMap(({ policy }) => policy.healthChecks.map((check) => check.function));
  return [...new Set(names)].map((name) => [name, healthChecks.find((one) => one.function === name)]);
}

async function misbehave({ result }: ScenarioHealthCheck, { clock }: SimulatedAccount): Promise<object> {
  if (result === 'Mute') return { statusCode: 200 };
  if (result === 'Broken') throw new CheckBroken('the token of the test user has expired');
  await clock.sleep(foreverMs);
  return { healthy: true };
}

/** The truth about the versions it is asked about. */
function answer(
  { targets }: HealthCheckEvent,
  sick: ReadonlyMap<string, Sickness>,
  { lambda, clock }: SimulatedAccount,
): object {
  for (const { function: name, alias, version } of targets) {
    const fn = lambda.find(name);
    const sickness = sick.get(fn.versions.get(version)?.code ?? '');
    const served = lambda.findAlias(fn, alias).history.find(({ shares }) => shares[version] !== undefined);
    if (!sickness || !served) continue;
    const elapsed = clock.now() - served.at;
    if (elapsed < sickness.after || elapsed >= (sickness.until ?? Number.POSITIVE_INFINITY)) continue;
    return { healthy: false, reason: sickness.reason };
  }
  return { healthy: true };
}

function sicknesses(scenario: Scenario): ReadonlyMap<string, Sickness> {
  const found = new Map<string, Sickness>();
  for (const entry of scenario.services) {
    const releases = scenario.releases.filter(({ service }) => service === entry.service);
    for (const [index, { bad, functions = functionsOf(entry) }] of releases.entries()) {
      if (bad?.unhealthy === undefined) continue;
      const { after, until, unhealthy: reason } = bad;
      for (const logicalId of bad.functions ?? functions) {
        found.set(codeUri(entry.service, logicalId, index + 1), { after, until, reason });
      }
    }
  }
  return found;
}
