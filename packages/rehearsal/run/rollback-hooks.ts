import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { AwsError } from 'account-simulator/account/service.ts';
import type { HookEvent } from '../../../shared/targets/hook/hook-event.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type RollbackHook, rollbackHook } from '../scenario/scenario-hook.ts';

/** Acts for the team that owns the hook, with permissions of its own. */
const caller = { principal: 'rollback-hook' };
const heartbeatMs = 60_000;
/** Longer than Lambda lets a function run. */
const foreverMs = 24 * 60 * 60_000;

/** The error of a hook: its name and message are the team's. */
class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed';
}

/** Deploys the functions that are hooks of the scenario's services. */
export function deployRollbackHooks(scenario: Scenario, account: SimulatedAccount): void {
  for (const hook of hooksOf(scenario)) {
    if (hook.result === 'Missing') continue;
    const { function: name } = hook;
    account.lambda.createFunction(name, {
      code: 's3://deployment-artifacts/rollback-hooks.zip',
      properties: {},
    });
    account.lambdaRuntime.add(
      {
        logicalId: name,
        name,
        arn: account.lambda.arn(name),
        timeoutSeconds: 900,
        code: () => (event: HookEvent) => answer(hook, event, account),
        runtime: { env: {}, clientConfig: {}, now: () => account.clock.now() },
      },
      { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 },
    );
  }
}

function hooksOf({ services, rollbackHooks }: Scenario): RollbackHook[] {
  const names = services
    .flatMap(({ targets }) => targets)
    .flatMap((target) => (target.kind === 'hook' ? [target.function] : []));
  return [...new Set(names)].map(
    (name) => rollbackHooks.find((one) => one.function === name) ?? rollbackHook.parse({ function: name }),
  );
}

async function answer(hook: RollbackHook, event: HookEvent, account: SimulatedAccount): Promise<object> {
  if (hook.result === 'Refused') throw new MigrationFailed(hook.message);
  const { taskToken } = event;
  if (taskToken !== undefined) {
    if (hook.result !== 'Silent') void workOn(hook, taskToken, account);
    return {};
  }
  await account.clock.sleep(hook.result === 'Silent' ? foreverMs : hook.after);
  if (hook.result === 'Failed') throw new MigrationFailed(hook.message);
  if (hook.result === 'FailedBare') throw new Error();
  return { message: `${event.service} is ready for ${event.toRelease ?? 'the versions before'}` };
}

/** The work of a hook that answers by callback: it runs elsewhere, with a heartbeat every minute. */
async function workOn(
  { result, after, message }: RollbackHook,
  taskToken: string,
  account: SimulatedAccount,
) {
  const send = (operation: string, input: object) =>
    account.wire.call('sfn', operation, { taskToken, ...input }, caller);
  try {
    for (let left = after; left > 0; left -= heartbeatMs) {
      await account.clock.sleep(Math.min(left, heartbeatMs));
      if (left > heartbeatMs) await send('SendTaskHeartbeat', {});
    }
    if (result === 'Failed') await send('SendTaskFailure', { error: 'MigrationFailed', cause: message });
    else if (result === 'FailedBare') await send('SendTaskFailure', {});
    else await send('SendTaskSuccess', { output: '{}' });
  } catch (error) {
    // The task no longer waits for it.
    if (!(error instanceof AwsError)) throw error;
  }
}
