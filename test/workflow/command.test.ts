import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnsweringCommand, answers } from '../../cli/answers.ts';
import { parseCommandLine } from '../../cli/command-line.ts';
import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';
import { type Run, type TypedCommand, typing } from './typed-commands.ts';

/** A bad canary that waits for an approval, and a consumer's release that a person rolls back with its provider. */
const scenario = parseScenario(
  `
title: Somebody works with the command
services:
  - version: 1
    service: payment
    stack: shop-payment
    targets: [{ kind: codedeploy, function: PayFunction }, { kind: cloudformation }]
    policy: { autonomy: approve, approval: { minutes: 30 }, bake: { minMinutes: 5, maxMinutes: 20 } }
  - version: 1
    service: orders
    stack: shop-orders
    dependsOn: [payment]
    targets: [{ kind: codedeploy, function: OrderFunction }, { kind: cloudformation }]
    policy: { bake: { minMinutes: 5, maxMinutes: 20 } }
history: 30m
account: { serviceRole: true }
traffic: { requestsPerMinute: 600, errorRate: 0.001, latencyMs: 60 }
releases:
  - { service: payment, at: 1m, config: AllAtOnce }
  - { service: orders, at: 2m, config: AllAtOnce }
  - { service: payment, at: 40m, config: Canary10Percent30Minutes, bad: { after: 1m, errorRate: 0.4 } }
  - { service: payment, at: 2h, config: AllAtOnce }
  - { service: orders, at: 3h, config: AllAtOnce }
expect:
  incidents:
    - { service: payment, outcome: rolled-back }
    - { service: payment, outcome: rolled-back }`,
  { file: 'command.yaml', readCatalog: () => [] },
);

const folder = mkdtempSync(join(tmpdir(), 'command-'));
const catalog = join(folder, 'services.json');
writeFileSync(catalog, JSON.stringify({ services: scenario.services }));
afterAll(() => rmSync(folder, { recursive: true }));

const minute = 60_000;
const incident = 'payment-20260105T094000Z';
const saved = join(folder, 'payment.csv');

const commands: TypedCommand[] = [
  [4, 'status'],
  [50, 'status'],
  [50, 'status --json'],
  [50, 'status', undefined, 80],
  [50, 'status', undefined, 200],
  [50, `approve ${incident} --by Ada --reason=because`],
  [50, `refuse ${incident} --by Bob`],
  [50, `approve ${incident} --by Ada --json`],
  [70, 'incidents'],
  [70, 'incidents payment'],
  [70, 'why payment'],
  [70, 'why payment', undefined, 80],
  [70, 'incidents payment', undefined, 80],
  [70, 'history payment', undefined, 80],
  [70, 'live-at now', undefined, 80],
  [70, 'may-deploy payment', undefined, 80],
  [70, 'converge payment --dry-run', undefined, 80],
  [71, 'hold payment --by Ada --until 20m --reason=test'],
  [72, 'holds'],
  [105, 'holds'],
  [230, 'plan payment'],
  [230, 'plan payment', undefined, 80],
  [230, 'plan payment --json'],
  [231, 'rollback payment', 'n'],
  [232, 'rollback payment --by Ada --reason=complaints --wait', 'y'],
  [300, 'rollback payment --yes --json'],
  [300, 'history payment --limit 2'],
  [301, 'record orders --good --reason=proved --by Ada'],
  [301, 'record orders --json'],
  [302, 'record --all'],
  [303, 'status'],
  [304, 'doctor', undefined, 80],
  ...[
    'incidents',
    'holds',
    'history payment',
    'why payment',
    'live-at now',
    'doctor',
    'may-deploy payment',
  ].map((line) => [305, `${line} --json`] as const),
  [305, `acknowledge ${incident} --by Ada --json`],
  [305, 'converge payment --dry-run --json'],
  [306, 'replay payment --policy docs/examples/usual-bake.yaml', undefined, 80],
  [306, 'replay payment --policy docs/examples/usual-bake.yaml --json'],
  [306, `replay payment --policy docs/examples/usual-bake.yaml --save ${saved}`],
  [306, `replay --policy docs/examples/usual-bake.yaml --metrics ${saved} --json`],
  [306, 'catalog suggest shop-orders --json'],
  ...['validate', 'diff', 'push'].map((word) => [306, `catalog ${word} ${catalog} --json`] as const),
].map(([at, line, answer, columns]) => ({
  at: Number(at) * minute,
  argv: String(line).split(' '),
  ...(answer !== undefined && { answer: String(answer) }),
  ...(columns !== undefined && { columns: Number(columns) }),
}));

const runs: Run[] = [];
let violations: readonly unknown[] = [];
beforeAll(async () => {
  const run = await watchedRun(scenario, typing(commands, runs));
  violations = [...run.result.violations, ...run.violations];
});

/** The n-th run of a command. */
const said = (argv: string, n = 0) => runs.filter((run) => run.argv.startsWith(argv))[n] as Run;

it('breaks no promise, and ends as the scenario expects', () => {
  expect(violations).toEqual([]);
});

it('ends with the status in the table of commands', () => {
  const expected: Readonly<Record<string, number>> = {
    [`refuse ${incident} --by Bob`]: 2,
    'rollback payment': 1,
    // No good release from before the restored one is recorded.
    'rollback payment --yes --json': 1,
    // Another service has this stack already.
    'catalog suggest shop-orders --json': 1,
  };
  const statuses = runs.map(({ argv, status }) => [argv, status]);
  expect(statuses).toEqual(
    runs.map(({ argv }) => [
      argv,
      // A person rolled back a release that is healthy by its numbers.
      expected[argv] ?? (argv.startsWith('replay') ? 1 : 0),
    ]),
  );
  expect(runs).toHaveLength(commands.length);
});

it('answers as JSON by every schema; the command is run where each answer is checked', () => {
  const answered = runs
    .filter(({ argv }) => argv.includes(' --json'))
    .map(({ argv }) => parseCommandLine(argv.split(' ')));
  const schemas = answered.map((line) => line.do === 'run' && answers[line.command.name as AnsweringCommand]);
  const missing = Object.entries(answers).filter(([, schema]) => !schemas.includes(schema));
  expect(missing.map(([name]) => name)).toEqual([]);
});

it('fits 80 columns, except for text to copy and for longer names', () => {
  const narrow = runs.filter(({ columns }) => columns === 80);
  expect(narrow.length).toBeGreaterThan(8);
  for (const { text } of narrow) {
    const wide = text.split('\n').filter((line) => line.length > 80);
    expect(wide.filter((line) => !/^ *(\S+|rollback-coordinator .*)$/.test(line))).toEqual([]);
  }
});

it('status shows watches first, then waiting approvals, then the live state', () => {
  expect(said('status').text).toMatch(/^2026-01-05 09:0\d:\d\d UTC: 2 services, 2 watched, 0 incidents open/);
  expect(said('status').text).toMatch(/payment +PayFunction:live +2 +100 % +health-validation +\S/);
  expect(said('status', 1).text).toContain('1 incident open, 1 waiting for a person');
  const answer = `  rollback-coordinator approve ${incident} --by NAME --stack coordinator`;
  expect(said('status', 1).text).toContain(`Waits for you\n${incident}: plan `);
  expect(said('status', 1).text).toContain(answer);
  expect(said('status', 5).text).toContain('0 watched, 0 incidents open, nothing on hold');
});

it('no token of a waiting task is ever shown', () => {
  const { incidents } = JSON.parse(said('status --json').text).status;
  expect(Object.keys(incidents[0].approval).sort()).toEqual(['askedAt', 'deadline', 'planDigest']);
});

it('an answer is given once, and is seen in incidents, why and history', () => {
  expect(said('refuse').text).toBe('answer: Ada answered before: approve');
  for (const argv of ['incidents payment', 'why payment']) {
    expect(said(argv).text).toMatch(/approved by Ada, 2026-01-05 09:5\d:\d\d UTC: because/);
  }
  expect(said('history', 1).text).toContain('  rollback asked for by Ada\n  because complaints');
});

it('a hold ends automatically', () => {
  expect(said('holds').text).toMatch(/until 2026-01-05 10:31:00 UTC, put there by Ada: test$/);
  expect(said('holds', 1).text).toBe('Nothing is on hold.');
});

it('a rollback shows its plan, asks, and does exactly that', () => {
  const plan = said('plan payment').text;
  expect(plan).toMatch(/^To undo release payment-20260105T110000Z, 2 services go back, in this order:/);
  expect(plan).toMatch(/1 +orders +orders-20260105T090200Z .*\n2 +payment /);
  const digest = JSON.parse(said('plan payment --json').text).plan.planDigest;
  expect(plan).toContain(`Plan ${digest}. Nothing has been changed.`);
  expect(said('rollback').text).toMatch(/You did not agree: nothing was started\.$/);
  expect(said('rollback', 1).text).toContain(`Plan ${digest}.`);
  expect(said('rollback', 1).text).toContain('The rollback is over: rolled-back.');
});

it('the live state is recorded', () => {
  expect(said('record orders').text).toMatch(/^orders: found \(release orders-.*is live and good already/);
  expect(said('record --all').text).toMatch(/^Every service of the catalog is being recorded/);
});

it('a replay of the past condemns by the same look and the same words as the watch did', () => {
  const { releases } = JSON.parse(said('replay payment', 1).text);
  const results = releases.map(({ result, label, byLabel }: Record<string, string>) => [
    result,
    label,
    byLabel,
  ]);
  expect(results).toEqual([
    ['good', 'good', 'right'],
    ['condemned', 'bad', 'right'],
    ['good', 'bad', 'missed'],
  ]);
  const { release, at, reason } = releases[1];
  expect(release).toBe(incident);
  expect(said('why payment').text).toContain(reason);
  const { history } = JSON.parse(said('history payment --json').text);
  const { checkpoints } = history.find((one: { release?: { releaseId: string } }) => {
    return one.release?.releaseId === incident;
  }).deployments[0];
  const seen = checkpoints.find((one: { verdict?: string }) => one.verdict === 'unhealthy').at;
  expect([seen.slice(0, 16), Date.parse(seen) - Date.parse(at) < 20_000]).toEqual([at.slice(0, 16), true]);
});

it('a saved replay gives the same result without the account', () => {
  const { releases: there } = JSON.parse(said('replay payment', 1).text);
  const { releases: again } = JSON.parse(said('replay --policy').text);
  const of = (all: Record<string, unknown>[]) =>
    all.map(({ release, result, rule, label, byLabel, requests, errors }) => ({
      release,
      result,
      rule,
      label,
      byLabel,
      // A bake in a file counts from a full minute, so that it may be shorter by one look.
      ...(result === 'condemned' && { requests, errors }),
    }));
  expect(of(again)).toEqual(of(there));
  expect(again[1].at).toBe(there[1].at);
  expect(again.map(({ hasHistory }: { hasHistory: boolean }) => hasHistory)).toEqual([true, true, true]);
});
