import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { RehearsalResult } from '../../report/rehearsal-result.ts';
import { runScenario } from '../../run/run-scenario.ts';
import { parseScenario } from '../../scenario/scenario-file.ts';

/** Plays a scenario of two unmanaged services: only the teams act. */
async function play(text: string): Promise<{ result: RehearsalResult; account: SimulatedAccount }> {
  const service = (name: string, id: string) =>
    `  - { version: 1, service: ${name}, stack: shop-${name}, targets: [{ kind: codedeploy, function: ${id} }, { kind: cloudformation }] }`;
  const scenario = parseScenario(
    `title: t
history: 10m
services:
${service('cart', 'Add')}
${service('web', 'Page')}
unmanaged: [cart, web]
${text.includes('expect:') ? text : `${text}\nexpect: { incidents: [] }`}`,
    { file: 'my.yaml', readCatalog: () => [] },
  );
  const accounts: SimulatedAccount[] = [];
  const result = await runScenario(scenario, {
    seed: 1,
    root: process.cwd(),
    attach: [
      ({ coordinator }) => {
        accounts.push(coordinator.account);
        return {};
      },
    ],
  });
  return { result, account: accounts[0] as SimulatedAccount };
}

describe('the stacks of a rehearsal', () => {
  it('are deployed by change sets, without a service role where the scenario says so', async () => {
    const { result, account } = await play(`
account: { stacks: { web: { serviceRole: true } } }
releases: [{ service: cart, at: 1m, config: AllAtOnce }]
expect: { incidents: [], serves: { cart: 1, web: 0 } }`);
    const describe = (StackName: string) =>
      account.cloudFormation.operations.DescribeStacks({ StackName }).Stacks?.[0];

    expect(result.violations).toEqual([]);
    expect(describe('shop-cart')).not.toHaveProperty('RoleARN');
    expect(describe('shop-web')).toHaveProperty('RoleARN');
    expect(describe('shop-cart')?.Capabilities).toEqual(['CAPABILITY_IAM']);
    expect(result.timeline.find(({ kind }) => kind === 'release')?.at).toBe(
      Date.parse('2026-01-05T09:01:00Z'),
    );
    expect(describe('shop-cart')?.LastUpdatedTime?.toISOString()).toMatch(/^2026-01-05T09:01:00/);
  });

  it('hold data that a failed update deletes, unless it is retained', async () => {
    const { result } = await play(`
releases:
  - service: cart
    at: 1m
    adds:
      - { resource: Orders, type: table }
      - { resource: Files, type: bucket }
      - { resource: Empty, type: queue, written: never }
      - { resource: Audit, type: table, deletionPolicy: Retain }
      - { resource: New, type: queue, deletionPolicy: RetainExceptOnCreate }
    hooks: { preTraffic: { result: Failed, after: 5m } }
expect:
  incidents: []
  stacks: { cart: UPDATE_ROLLBACK_COMPLETE }
  data: { cart.Orders: lost, cart.Files: kept, cart.Empty: none, cart.Audit: kept, cart.New: lost, cart.Table: kept }`);

    expect(result.violations).toEqual([]);
  });

  it('export and import values, which cannot be removed while they are used', async () => {
    const { result, account } = await play(`
releases:
  - { service: cart, at: 1m, config: AllAtOnce, exports: [cart-table] }
  - { service: web, at: 10m, config: AllAtOnce, imports: [cart-table] }
  - { service: cart, at: 20m, config: AllAtOnce, exports: [] }
expect:
  incidents: []
  serves: { cart: 1, web: 1 }
  stacks: { cart: UPDATE_ROLLBACK_COMPLETE, web: UPDATE_COMPLETE }`);

    expect(result.violations).toEqual([]);
    expect(account.cloudFormation.operations.ListImports({ ExportName: 'cart-table' }).Imports).toEqual([
      'shop-web',
    ]);
  });

  it('fail every request of code whose table is deleted', async () => {
    const { result, account } = await play(`
releases:
  - { service: cart, at: 1m, config: AllAtOnce, adds: [{ resource: Orders, type: table, named: true, used: true }] }
  - { service: cart, at: 10m, config: AllAtOnce, removes: [Orders] }
expect: { incidents: [], serves: { cart: 2 }, data: { cart.Orders: lost } }`);
    const errorRate = (version: string, minute: number) =>
      account.traffic?.expected(
        'shop-cart-Add',
        'live',
        version,
        Date.parse('2026-01-05T09:00:00Z') + minute * 60_000,
      ).errorRate;

    expect(result.violations).toEqual([]);
    expect(errorRate('2', 5)).toBeLessThan(0.01);
    expect(errorRate('2', 12)).toBe(1);
    expect(errorRate('3', 12)).toBeLessThan(0.01);
  });

  it('roll back an update while one of their rollback triggers rings', async () => {
    const { result } = await play(`
account: { ringingTrigger: counts }
alarms:
  - { name: cart-errors, service: cart, rollbackTrigger: true, script: [{ at: 0s, state: OK }, { at: 5m, state: ALARM }] }
releases:
  - { service: cart, at: 1m, config: AllAtOnce }
  - { service: cart, at: 10m, config: AllAtOnce }
expect: { incidents: [], serves: { cart: 1 }, stacks: { cart: UPDATE_ROLLBACK_COMPLETE } }`);

    expect(result.violations).toEqual([]);
  });
});
