import { runScenario } from '../../packages/rehearsal/run/run-scenario.ts';
import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { presentStack, withValues } from '../contracts/machine-contract.ts';

it('a watch that continues as a new execution has the observations of the previous one', async () => {
  const root = process.cwd();
  const machine = presentStack(root).machines.find(({ logicalId }) => logicalId === 'MonitorDeployment');
  const definition = JSON.stringify(machine?.definition).replaceAll('$looks >= 650', '$looks >= 5');
  const handedOn = new Map<string, unknown[]>();
  const found = new Map<string, unknown[]>();
  const keep = (of: Map<string, unknown[]>, deploymentId: string, seen: unknown) =>
    of.set(deploymentId, [...(of.get(deploymentId) ?? []), seen]);

  const scenario = findScenario(root, 'healthy-canary');
  const inParts = { ...scenario, expect: { ...scenario.expect, executions: {} } };

  const result = await runScenario(inParts, {
    seed: 1,
    root,
    attach: [
      ({ coordinator: { account, engine, stack } }) => {
        for (const { logicalId, arn, substitutions } of stack.machines) {
          if (logicalId !== 'MonitorDeployment') continue;
          engine.updateStateMachine({ arn, definition: withValues(JSON.parse(definition), substitutions) });
        }
        account.lambdaRuntime.intercept(async ({ logicalId, payload }, next) => {
          const answer = await next();
          if (logicalId !== 'ObserveDeploymentFunction') return answer;
          const { deploymentId, seen } = JSON.parse(payload);
          keep(found, deploymentId, seen);
          keep(handedOn, deploymentId, (answer as { seen: unknown }).seen);
          return answer;
        });
        return { finish: () => undefined };
      },
    ],
  });

  expect(result.violations).toEqual([]);
  expect(definition).toContain('$looks >= 5');
  expect(found.size).toBeGreaterThan(1);
  for (const [deploymentId, looks] of found) {
    expect(looks.length).toBeGreaterThan(10);
    expect(looks).toEqual([null, ...(handedOn.get(deploymentId) ?? []).slice(0, -1)]);
  }
});
