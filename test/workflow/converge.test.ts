import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';
import { type Run, typing } from './typed-commands.ts';

/** AWS refuses the coordinator's pin; a person with deployment rights may make it. */
const scenario = parseScenario(
  `
title: A person pins a stack that the coordinator may not change
services:
  - version: 1
    service: cart
    stack: shop-cart
    targets: [{ kind: codedeploy, function: AddItemFunction }, { kind: cloudformation }]
traffic: { requestsPerMinute: 600, errorRate: 0.001, latencyMs: 60 }
account: { serviceRole: false, pinRights: denied, missingRights: refused, currentVersionFrom: template }
releases:
  - { service: cart, at: 10m, config: AllAtOnce }
  - { service: cart, at: 1h, config: AllAtOnce, bad: { after: 8m, errorRate: 0.4 } }
  - { service: cart, at: 3h, config: AllAtOnce }
expect:
  incidents: [{ service: cart, outcome: traffic-restored }]
  serves: { cart: 3 }`,
  { file: 'converge.yaml', readCatalog: () => [] },
);

it('an unpinned stack whose users are back may not be deployed until a person with deployment rights pins it', async () => {
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
  /** Two hours after the beginning, one after the other. */
  const typed = commands.map((line) => ({ at: 2 * 3_600_000, argv: line.split(' ') }));
  const { result, violations } = await watchedRun(scenario, typing(typed, runs));

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
