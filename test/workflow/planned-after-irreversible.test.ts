import path from 'node:path';
import { AslError } from 'account-simulator/asl/asl-error.ts';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import { giveBackClock, INVOKE, output, play } from 'account-simulator/test/asl/harness.ts';

const stack = loadStack(
  path.join(process.cwd(), 'template.yaml'),
  { Environment: 'prod', StakeholderEmail: 'on-call@example.com' },
  { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
);

interface Invocation {
  readonly FunctionName: string;
  readonly Payload: { readonly taskToken?: string; readonly failure?: unknown; readonly planKey?: unknown };
}

afterEach(giveBackClock);

it('an incident that was planned in the end does not report why it first could not be', async () => {
  const { definition } = stack.machines.find(({ logicalId }) => logicalId === 'CoordinateRollback') ?? {};
  const plans: unknown[] = [new AslError('Irreversible', '{"errorMessage":"orders is irreversible"}')];
  const permissions = [{ answer: 'plan-again' }, { answer: 'report', reason: 'orders is on hold' }];
  const harness = play();
  const answers: Record<string, (call: Invocation) => unknown> = {
    OpenIncident: () => ({
      incidentId: 'orders-1',
      status: 'opened',
      planDigest: null,
      attempt: 1,
      service: 'orders',
    }),
    PlanRollback: () => {
      const failure = plans.shift();
      if (failure) throw failure;
      return { status: 'planned', planKey: 'plans/orders-1', supersededBy: null };
    },
    AwaitPermission: ({ Payload }) => {
      const told = JSON.stringify(permissions.shift());
      harness.clock.after(1000, () => harness.engine.sendTaskSuccess(Payload.taskToken ?? '', told));
      return {};
    },
    CloseIncident: () => ({ outcome: 'not-needed' }),
  };
  const nameOf = ({ FunctionName }: Invocation) =>
    Object.keys(answers).find((name) => FunctionName.includes(name)) ?? FunctionName;
  harness.on(INVOKE, (call: Invocation) => ({ Payload: answers[nameOf(call)]?.(call) }));

  const execution = await harness.run(definition as object, {});

  const calls = harness.calls.map(({ args }) => args as Invocation);
  expect(calls.map(nameOf)).toEqual([
    'OpenIncident',
    'PlanRollback',
    'AwaitPermission',
    'PlanRollback',
    'AwaitPermission',
    'CloseIncident',
  ]);
  expect(calls[4]?.Payload.planKey).toBe('plans/orders-1');
  expect(calls[5]?.Payload.failure).toBeNull();
  expect(output(execution)).toMatchObject({ outcome: 'not-needed' });
});
