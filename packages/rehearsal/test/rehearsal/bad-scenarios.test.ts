import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rehearseCommand } from '../../command/rehearse-command.ts';
import { simulateCommand } from '../../simulation/simulate-command.ts';

const cart = `
services:
  - version: 1
    service: cart
    stack: shop-cart
    targets: [{ kind: codedeploy, function: AddItemFunction }, { kind: cloudformation }]`;
const whole = (more: string) => `title: A test${cart}\n${more}\nexpect: { incidents: [] }`;
const released = (more: string) => whole(`releases: [{ service: cart, at: 5m, config: AllAtOnce, ${more} }]`);
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  .concat([...'bcdefgh'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefg'[index]}`)}]`))
  .join('\n');

/** Texts of scenario files, with the message for each. */
const texts: readonly [string, string, string][] = [
  ['nothing', '', 'input: must be an object, not null'],
  ['a list', '- a', 'input: must be an object, not a list'],
  ['an alias bomb', bomb, 'its aliases stand for too much: write it without them'],
  ['an unknown anchor', 'title: *missing', '*missing is an alias of an anchor that is not there before it'],
  ['an anchor in itself', 'title: &t { a: *t }', 'an anchor holds an alias of itself'],
  [
    'a tag of CloudFormation',
    'title: !Ref Title',
    'line 1, column 8: !Ref is a tag that nobody resolves here',
  ],
  ['too deep a nesting', '['.repeat(30_000), 'it is nested too deeply'],
  ['a second document', 'title: a\n---\ntitle: b', 'line 2, column 1: a second document begins here'],
  ['a key twice', 'title: a\ntitle: b', 'line 2, column 1: this key is there already'],
  ['a tab', 'title:\n\t- a', 'line 2'],
  ['an unknown field', whole('trafic: {}'), 'trafic: is not a known field; did you mean "traffic"?'],
  ['a missing field', 'title: a', 'expect: is missing: it must be an object'],
  ['a wrong type', whole('traffic: 5'), 'traffic: must be an object, not 5'],
  [
    'five hundred unknown fields',
    whole(Array.from({ length: 500 }, (_, n) => `k${n}: 1`).join('\n')),
    'and 490 more',
  ],
  ['too long a history', whole('history: 99999d'), 'history: must be at most 90d'],
  ['a history that CloudWatch forgot', whole('history: 20d'), 'history: must be at most 15d'],
  [
    'a release after the deadline',
    `${released('')}\ndeadline: 5m`,
    'releases.0.at: must be before the deadline',
  ],
  [
    'a start after the deadline',
    whole('deadline: 1h\nstarts: [{ at: 2h, input: {} }]'),
    'starts.0.at: must be before',
  ],
  ['a release of nobody', whole('releases: [{ service: crat, at: 5m }]'), 'did you mean "cart"?'],
  ['an empty bad', released('bad: {}'), 'releases.0.bad: must say how it is bad'],
  [
    'a bad that names functions only',
    released('bad: { functions: [AddItemFunction] }'),
    'must say how it is bad',
  ],
  [
    'a bad that ends first',
    released('bad: { errorRate: 1, after: 5m, until: 2m }'),
    'bad.until: must be after `after`',
  ],
  [
    'an error rate of percents',
    released('bad: { errorRate: 30 }'),
    'releases.0.bad.errorRate: must be at most 1',
  ],
  [
    'an unknown configuration',
    whole('releases: [{ service: cart, at: 5m, config: Canary }]'),
    'Canary10Percent5Minutes',
  ],
  [
    'a deployment of fifty hours',
    whole('configs: [{ name: Slow, type: linear, percentage: 4, minutes: 120 }]'),
    'configs.0.minutes: makes a deployment of more than 48 hours',
  ],
  [
    'an unknown provider',
    whole('').replace('stack: shop-cart', 'stack: shop-cart\n    dependsOn: [payment]'),
    'services.cart.dependsOn.0: there is no service "payment"',
  ],
  [
    'a fault of no service',
    whole('faults: { calls: [{ service: codedploy, operation: StopDeployment, act: fail }] }'),
    'faults.calls.0.service: "codedploy" is not a service of the account; did you mean "codedeploy"?',
  ],
  [
    'a fault of no operation',
    whole('faults: { calls: [{ service: codedeploy, operation: StopDeploymnt, act: fail }] }'),
    'faults.calls.0.operation: "StopDeploymnt" is not an operation of codedeploy; did you mean "StopDeployment"?',
  ],
  [
    'a fault of an unknown kind',
    whole('faults: { calls: [{ service: codedeploy, operation: StopDeployment, act: explode }] }'),
    'faults.calls.0.act: must be one of',
  ],
  [
    'a stack that is mended before it breaks',
    whole('faults: { stacks: [{ service: cart, resource: T, fails: update, from: 2h, mendedAt: 1h }] }'),
    'faults.stacks.0.mendedAt: must be after from',
  ],
  [
    'code of no release',
    whole('').replace('[] }', '[], serves: { cart: 3 } }'),
    'serves.cart: must be at most 0',
  ],
  [
    'a policy of nobody',
    whole('policies: { constructor: {} }'),
    'policies.constructor: "constructor" is not a service',
  ],
  ['an unknown setting', whole('account: { serviceRoles: true }'), 'did you mean "serviceRole"?'],
  ['an unknown answer of AWS', whole('account: { pinRights: denid }'), 'did you mean "denied"?'],
];

describe('a command that cannot be run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bad-scenarios-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const terminal = (said: string[]) => ({
    out: (line: string) => void said.push(line),
    err: (line: string) => void said.push(line),
    width: 80,
    root: process.cwd(),
  });
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it.each(texts)('a scenario of %s ends with status 2 and the reason', async (_, text, reason) => {
    const said: string[] = [];
    await expect(rehearseCommand([file('my.yaml', text), '--quiet'], terminal(said))).resolves.toBe(2);
    expect(said.join('\n')).toContain(reason);
    expect(said.join('\n').split('\n').length).toBeLessThanOrEqual(11);
    expect(said.join('\n')).not.toMatch(/^ {4}at |node:internal/m);
  });

  it.each([
    ['a file that is not there', ['nowhere.yaml'], 'there is no such file'],
    ['a folder', ['FOLDER'], 'is a folder: name a file in it'],
    ['a name of no scenario', ['bad-canry'], 'did you mean "bad-canary"?'],
    [
      'a missing folder for --json',
      ['healthy-canary', '--json', '/nowhere/at/all.json'],
      'there is no folder /nowhere/at',
    ],
    ['a folder for --json', ['healthy-canary', '--json', tmpdir()], 'is a folder: name the file to write'],
    ['a seed that is no number', ['--seed', 'x'], '--seed takes a whole number'],
    ['an unknown option', ['--sed', '1'], 'did you mean --seed?'],
  ])('rehearse with %s', async (_, argv, reason) => {
    const said: string[] = [];
    const aFolder = join(folder, 'folder.yaml');
    mkdirSync(aFolder);
    const given = argv.map((one) => (one === 'FOLDER' ? aFolder : one));
    await expect(rehearseCommand(given, terminal(said))).resolves.toBe(2);
    expect(said.join('\n')).toContain(reason);
  });

  it.each([
    ['--case of no file', ['--case', '/nowhere.json'], undefined, 'there is no such file'],
    ['--case of a folder', ['--case', tmpdir()], undefined, 'is a folder'],
    ['--case of no JSON', [], '{"seed": 1', 'line 1'],
    ['--case of another form', [], '{"sed": 1}', 'sed: is not a known field; did you mean "seed"?'],
    ['--scenario of nobody', ['--scenario', 'bad-canry'], undefined, 'did you mean "bad-canary"?'],
    ['--scenario of nobody, replayed', ['--replay', '1', '--scenario', 'x'], undefined, 'is not a scenario'],
    [
      'a missing folder for --json',
      ['--json', '/nowhere/at/all.json'],
      undefined,
      'there is no folder /nowhere/at',
    ],
    ['no runs', ['--runs', '0'], undefined, '--runs takes a whole number from 1'],
  ])('simulate with %s', async (_, argv, text, reason) => {
    const said: string[] = [];
    const given = text === undefined ? argv : ['--case', file('case.json', text)];
    await expect(simulateCommand(given, terminal(said))).resolves.toBe(2);
    expect(said.join('\n')).toContain(reason);
  });

  it('reports bad code that met no request', async () => {
    const said: string[] = [];
    const text = `${released('bad: { errorRate: 1 }')}\ntraffic: { requestsPerMinute: 0 }`;
    await rehearseCommand([file('idle.yaml', text), '--quiet'], terminal(said));
    expect(said.join('\n')).toContain('Note: release 1 of cart is bad, and no request met its bad code');
  });
});
