import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearseCommand } from '../../command/rehearse-command.ts';

async function rehearse(...argv: string[]): Promise<{ status: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await rehearseCommand(argv, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    width: 160,
    root: process.cwd(),
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

describe('rehearse', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('plays the default scenario and shows progress, timeline, mails and changes', async () => {
    const { status, out, err } = await rehearse();

    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^bad-canary: A bad release of orders, caught on its canary\n/);
    expect(out).toMatch(/^09:05:00 {2}orders +release +stack update requested/m);
    expect(out).toMatch(/^09:\d\d:\d\d {2}orders +traffic +CreateOrderFunction: 10 % to version 2, 90 % to/m);
    expect(out).toMatch(/^09:\d\d:\d\d {2}orders +ObserveDeployment +\w+ shifting, 10 % new: unhealthy \(/m);
    expect(out).toMatch(/^Timeline of incident orders-20260105T090500Z: rolled-back$/m);
    expect(out).toMatch(/^The 3 mails$/m);
    expect(out).toMatch(/Subject: \[prod\] orders: rolled back \(orders-20260105T090500Z\)$/m);
    expect(out).toMatch(
      /^orders {2}stack ecommerce-prod-orders +CREATE_COMPLETE +-> {2}UPDATE_ROLLBACK_COMPLETE$/m,
    );
    expect(out).toMatch(/bad-canary went as expected\. .* of virtual time in [\d.]+ s: \d+ executions/);
    for (const line of out.split('\n').filter((one) => /^\d\d:\d\d:\d\d {2}\S* {2}/.test(one))) {
      expect(line.length).toBeLessThanOrEqual(160);
    }
  });

  it('with --quiet only says whether it went as expected', async () => {
    const { status, out } = await rehearse('manual-start-bad-input', '--quiet');

    expect(status).toBe(0);
    expect(out.trim().split('\n')).toEqual([
      expect.stringMatching(/^manual-start-bad-input went as expected/),
    ]);
  });

  it("rehearses a bad release of a team's catalog, with the services that depend on it", async () => {
    const orders = 'version: 1\nservice: orders\nstack: shop-orders\ndependsOn: [payment]\n';
    const payment =
      'version: 1\nservice: payment\nstack: shop-payment\ntargets: [{ kind: codedeploy, function: Charge, application: pay, deploymentGroup: live }]\npolicy: { alarms: [payment-errors] }\n';
    writeFileSync(join(folder, 'orders.yaml'), orders);
    writeFileSync(join(folder, 'payment.yaml'), payment);
    const { status, out, err } = await rehearse('--catalog', folder, '--service', 'payment', '--bad');

    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Then payment is released, and on top of it orders.');
    expect(out).toContain('Otherwise than in the catalog: payment: the group of Charge has SAM');
    expect(out).toMatch(/^Timeline of incident payment-\w+: (rolled-back|traffic-restored)$/m);
    expect(out).toMatch(/^orders +Function:live .* \(the code of release 1\)$/m);
    expect(out).toMatch(/^payment +Charge:live .* \(the code of release 1\)$/m);
  });

  it.each([
    [['--catalog', 'here'], 'also needs --service NAME'],
    [['--service', 'orders', '--bad'], 'also needs --catalog FILE|DIR'],
    [['bad-canary', '--catalog', 'here', '--service', 'orders'], '--catalog takes no scenario'],
    [['--catalog', 'nowhere', '--service', 'orders'], 'nowhere: there is no such file or folder'],
    [['--catalog', 'packages/rehearsal/catalogs', '--service', 'order'], 'did you mean "orders"?'],
    [
      ['--catalog', 'packages/rehearsal/catalogs', '--service', 'orders', '--template', 'x.yaml'],
      '"x.yaml" is not a template',
    ],
    [['--catalog', 'package.json', '--service', 'orders'], 'package.json'],
  ])('refuses %j', async (argv, reason) => {
    const { status, err } = await rehearse(...argv);
    expect(status).toBe(2);
    expect(err).toContain(reason);
  });

  it('draws services, and rolls back all that were released on top of the bad one', async () => {
    const { status, out } = await rehearse('--services', '12');

    expect(status).toBe(0);
    expect(out).toMatch(/^12-services: 12 services, and the one that most stand on is bad$/m);
    expect(out).toMatch(/^Timeline of incident service-0000-\w+: traffic-restored$/m);
    expect(out).toMatch(/^12-services went as expected/m);
  });

  it('writes its result to a file', async () => {
    const file = join(folder, 'result.json');
    const { status } = await rehearse('manual-start-bad-input', '--seed', '5', `--json=${file}`, '--quiet');

    expect(status).toBe(0);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      scenario: 'manual-start-bad-input',
      seed: 5,
      violations: [],
    });
  });

  it('ends with 1 and names the differences when a scenario does not go as expected', async () => {
    const file = join(folder, 'hopeful.yaml');
    writeFileSync(
      file,
      'title: Nobody minds\ncatalog: ecommerce\nstarts: [{ at: 1m, input: { service: orders } }]\n' +
        'expect: { incidents: [{ service: orders, outcome: rolled-back }], executions: { coordinate-rollback: { SUCCEEDED: 1 } } }\n',
    );
    const { status, out } = await rehearse(file, '--quiet');

    expect(status).toBe(1);
    expect(out.split('\n')).toEqual(
      expect.arrayContaining([
        'hopeful did NOT go as expected:',
        '  incidents: expected 1, found 0 (none)',
        '  executions.coordinate-rollback.SUCCEEDED: expected 1, found 0',
      ]),
    );
  });

  it('refuses --all with a scenario', async () => {
    const { status, err } = await rehearse('--all', 'bad-canary');
    expect(status).toBe(2);
    expect(err).toContain('--all plays every scenario');
  });

  it('lists the scenarios with their titles', async () => {
    const { status, out } = await rehearse('--list');

    expect(status).toBe(0);
    expect(out).toMatch(/^bad-canary +A bad release of orders, caught on its canary$/m);
    expect(out.split('\n').length).toBeGreaterThanOrEqual(16);
  });

  it('explains itself', async () => {
    expect((await rehearse('--help')).out).toMatch(/^Usage: npm run rehearse/);
    expect((await rehearse('bad-canary', '-h')).status).toBe(0);
  });

  it.each([
    [
      ['--sed', '3'],
      'unknown option --sed; did you mean --seed? options: --list, --all, --services, --catalog, --service, --bad, --template, --seed, --json, --quiet, --help',
    ],
    [['--services', '1'], '--services takes a whole number from 2 to 2000, not "1"'],
    [['--services', 'many'], '--services takes a whole number from 2 to 2000, not "many"'],
    [['--services'], '--services takes a whole number from 2 to 2000, not nothing'],
    [['no-traffic', '--services', '20'], '--services draws a scenario and does not take one: no-traffic'],
    [
      ['--all', '--services', '20'],
      '--all plays every scenario: it takes no scenario, no --services and no --json',
    ],
    [['--seed', 'three'], '--seed takes a whole number from 0, not "three"'],
    [['--seed'], '--seed takes a whole number from 0, not nothing'],
    [['--json', '--quiet'], '--json takes the name of the file to write'],
    [['bad-canary', 'no-traffic'], 'one scenario at a time, not bad-canary and no-traffic'],
    [['bad-canry'], '"bad-canry" is not a scenario (nor a path to a .yaml file); did you mean "bad-canary"?'],
    [['mine.yaml'], 'mine.yaml: there is no such file'],
  ])('refuses %j with status 2', async (argv, message) => {
    const { status, out, err } = await rehearse(...argv);

    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });
});
