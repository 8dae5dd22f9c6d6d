import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { HealthCheckEvent } from '../../../shared/aws/health-checks.ts';
import { releasedCode } from '../scenario/released-code.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { ScenarioHealthCheck } from '../scenario/scenario-health-check.ts';

/** Longer than any caller waits for a check. */
const foreverMs = 60_000;

/** The error of a broken check: its name and message are the team's. */
class CheckBroken extends Error {
  override readonly name = 'CheckBroken';
}

/** The time in which the code of a release is unhealthy, ms from its first traffic, and the check's finding. */
interface Sickness {
  readonly after: number;
  readonly until: number | undefined;
  readonly reason: string;
}

/** Deploys the functions that are health checks of the scenario's services. */
export function deployHealthChecks(scenario: Scenario, account: SimulatedAccount): void {
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
          return misbehaves ? misbehave(behaviour, account) : answer(event, scenario, account);
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

/** The true state of the versions in the question. */
function answer(
  { targets }: HealthCheckEvent,
  scenario: Scenario,
  { lambda, clock }: SimulatedAccount,
): object {
  for (const { function: name, alias, version } of targets) {
    const fn = lambda.find(name);
    const sickness = sicknessOf(scenario, fn.versions.get(version)?.code ?? '');
    const served = lambda.findAlias(fn, alias).history.find(({ shares }) => shares[version] !== undefined);
    if (!sickness) continue;
    // A check before the traffic asks about a version that was never served.
    const elapsed = served ? clock.now() - served.at : 0;
    if (elapsed < sickness.after || elapsed >= (sickness.until ?? Number.POSITIVE_INFINITY)) continue;
    return { healthy: false, reason: sickness.reason };
  }
  return { healthy: true };
}

function sicknessOf({ releases }: Scenario, code: string): Sickness | undefined {
  const { service, logicalId = '', release: number = 0 } = releasedCode(code) ?? {};
  const release = number > 0 && releases.filter((one) => one.service === service)[number - 1];
  if (!release || release.bad?.unhealthy === undefined) return undefined;
  const { after, until, unhealthy: reason, functions = release.functions } = release.bad;
  return functions?.includes(logicalId) === false ? undefined : { after, until, reason };
}
