import { runCli } from '../../cli/run-cli.ts';
import type { Attach } from '../../packages/rehearsal/run/attachment.ts';
import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

/** AWS refuses the coordinator the pin; somebody who may deploy has the rights. */
const scenario = parseScenario(
  `
title: A person pins a stack that the coordinator may not change
services:
  - version: 1
    service: cart
    stack: shop-cart
    targets: [{ kind: codedeploy, function: AddItemFunction }, { kind: cloudformation }]
traffic: { requestsPerMinute: 600, errorRate: 0.001, latencyMs: 60 }
account: { serviceRole: false, pinRights: denied, currentVersionFrom: template }
releases:
  - { service: cart, at: 10m, config: AllAtOnce }
  - { service: cart, at: 1h, config: AllAtOnce, bad: { after: 8m, errorRate: 0.4 } }
  - { service: cart, at: 3h, config: AllAtOnce }
expect:
  incidents: [{ service: cart, outcome: traffic-restored }]
  serves: { cart: 3 }`,
  { file: 'converge.yaml', readCatalog: () => [] },
);

/** One command, and what came of it. */
interface Run {
  readonly argv: string;
  readonly status: number;
  readonly text: string;
}

/** Runs commands one after the other, two hours after the beginning, as somebody who may do everything. */
function typing(commands: readonly string[], runs: Run[]): Attach {
  return ({ coordinator, clock, scenario: { start } }) => {
    const { account, nameOf } = coordinator;
    const outputs = { Ledger: 'LedgerTable', Bucket: 'Bucket', CatalogPath: undefined } as const;
    account.cloudFormation.createStackNow(
      'coordinator',
      JSON.stringify({
        Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
        Outputs: Object.fromEntries(
          Object.entries(outputs).map(([name, id]) => [name, { Value: id ? nameOf(id) : '/catalog' }]),
        ),
      }),
    );
    clock.at(Date.parse(start) + 2 * 3_600_000, async () => {
      for (const argv of commands) {
        const lines: string[] = [];
        const status = await runCli([...argv.split(' '), '--stack', 'coordinator'], {
          out: (line) => lines.push(line),
          err: (line) => lines.push(line),
          now: () => clock.now(),
          sleep: (ms) => clock.sleep(ms),
          ask: async () => 'y',
          clientConfig: account.wire.clientConfig({ principal: 'ada' }),
        });
        runs.push({ argv, status, text: lines.join('\n') });
      }
    });
    return { isOver: () => runs.length === commands.length };
  };
}

it('a stack that is not pinned, although users are back, may not be deployed until somebody who may deploy pins it', async () => {
  const runs: Run[] = [];
  const commands = [
    'may-deploy cart',
    'converge cart --pin-only --dry-run',
    'may-deploy cart',
    'converge cart --pin-only',
    'may-deploy cart',
    'converge cart --pin-only',
    'converge cart --yes',
    'may-deploy cart',
  ];
  const { result, violations } = await watchedRun(scenario, typing(commands, runs));

  expect(runs.map(({ argv, status }) => `${status} ${argv}`)).toEqual([
    '1 may-deploy cart',
    '0 converge cart --pin-only --dry-run',
    '1 may-deploy cart',
    '0 converge cart --pin-only',
    '0 may-deploy cart',
    '0 converge cart --pin-only',
    '0 converge cart --yes',
    '0 may-deploy cart',
  ]);
  const said = runs.map(({ text }) => text);
  expect(said[0]).toContain(
    'cart may not be deployed: users are on version 2 of shop-cart-AddItemFunction:live, and stack shop-cart has version 3',
  );
  expect(said[1]).toMatch(/Modify {2}AddItemFunctionAliaslive +AWS::Lambda::Alias/);
  expect(said[1]).toContain('Nothing was changed');
  expect(said[3]).toContain('Stack shop-cart is pinned.');
  expect(said[5]).toContain('There is nothing to do.');
  expect(said[6]).toContain('Stack shop-cart updated to the saved template');
  // The team's next release goes in as usual.
  expect(result.violations).toEqual([]);
  // The account refuses the coordinator its pin on purpose.
  expect(violations.filter(({ promise }) => promise !== 'within-permissions')).toEqual([]);
});
