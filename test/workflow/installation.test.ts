import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AwsError } from 'account-simulator/account/service.ts';
import { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import { type DeployedTemplate, deployTemplate } from 'account-simulator/deploy/deploy-template.ts';
import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { parse } from 'yaml';
import { productStack } from '../../packages/rehearsal/run/product-stack.ts';
import { runCommand } from '../cli/run-command.ts';
import { showCoordinator, terminalOf } from './typed-commands.ts';

const root = resolve('.');
const start = Date.parse('2026-01-05T09:00:00.000Z');
const address = 'stakeholders@example.com';
const { Parameters } = parse(readFileSync(join(root, 'template.yaml'), 'utf8'), { logLevel: 'error' }) as {
  Parameters: Record<string, { Default?: string | number }>;
};

/** The parameters that `sam deploy --guided` sends where every answer but the address is the default. */
const guided = Object.fromEntries(
  Object.entries(Parameters).map(([name, { Default = address }]) => [name, String(Default)]),
);

/** Types commands into the account one after the other, in virtual time, some minutes apart. */
async function install(
  lines: readonly (readonly string[])[],
  prepare: (coordinator: DeployedTemplate) => void = () => undefined,
  aheadMs = 0,
  parameters: Readonly<Record<string, string>> = {},
) {
  const clock = VirtualClock.install(start);
  const answers: { line: string; status: number; text: string }[] = [];
  try {
    const coordinator = await deployTemplate({
      clock,
      random: new SeededRandom(1),
      ...productStack(root),
      parameters: { ...guided, ...parameters },
    });
    showCoordinator(coordinator, guidedStack);
    prepare(coordinator);
    coordinator.account.start();
    lines.forEach((argv, n) => {
      clock.at(start + (n + 1) * 10 * 60_000, async () => {
        const text: string[] = [];
        const status = await runCommand(argv, terminalOf({ coordinator, clock }, text, {}, aheadMs));
        answers.push({ line: argv.join(' '), status, text: text.join('\n') });
      });
    });
    await clock.run(() => answers.length === lines.length, start + 24 * 3_600_000);
    return answers;
  } finally {
    clock.uninstall();
  }
}

/** The name in samconfig.toml, for which the command looks. */
const guidedStack = 'rollback-coordinator-prod';

const teamTemplate = `
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  OrderFunction:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      CodeUri: { Bucket: artifacts, Key: orders/1.zip }
      AutoPublishAlias: live
      DeploymentPreference: { Type: Canary10Percent5Minutes }
`;
const folder = mkdtempSync(join(tmpdir(), 'services-'));
const entryFile = join(folder, 'orders.yaml');
writeFileSync(entryFile, 'version: 1\nservice: orders\nstack: shop-orders\n');
afterAll(() => rmSync(folder, { recursive: true }));

const withTeam = ({ account }: DeployedTemplate) => {
  account.cloudFormation.createStackNow(
    'shop-orders',
    teamTemplate,
    {},
    { capabilities: ['CAPABILITY_IAM', 'CAPABILITY_AUTO_EXPAND'] },
  );
};

it("the template's defaults give a working coordinator, which doctor confirms", async () => {
  const answers = await install(
    [
      ['doctor'],
      ['catalog', 'push', entryFile],
      ['record', '--all'],
      ['doctor'],
      ['doctor', '--json'],
      ['status'],
    ],
    withTeam,
  );
  expect(answers.map(({ line, status }) => `${status} ${line}`)).toEqual([
    '1 doctor',
    `0 catalog push ${entryFile}`,
    '0 record --all',
    '0 doctor',
    '0 doctor --json',
    '0 status',
  ]);
  expect(answers[0]?.text).toMatch(
    /^catalog +wrong +no service is below \/rollback-coordinator\/prod\/services/m,
  );
  expect(answers[3]?.text).not.toContain('wrong');
  expect(answers[3]?.text).toMatch(/^mails +right +stakeholders@example.com gets them$/m);
  expect(answers[3]?.text).toMatch(/^escalation +note +nobody is subscribed to the topic of unanswered/m);
  expect(answers[3]?.text).toMatch(/^catalog +right +1 entries are in force, compiled 2026-01-05T09:20:/m);
  const { right, findings } = JSON.parse(answers[4]?.text ?? '');
  expect(right).toBe(true);
  expect(new Set(findings.map(({ check }: { check: string }) => check)).size).toBe(10);
  expect(answers[5]?.text).toMatch(/^orders +all of it +29 min/m);
});

it('doctor shows only the owner of an address that pages people', async () => {
  const CriticalEndpoint = 'https://events.example.com/integration/0a1b2c3d/enqueue';
  const [{ text = '' } = {}] = await install([['doctor']], withTeam, 0, { CriticalEndpoint });
  expect(text).toMatch(/^mails +right +https:\/\/events\.example\.com\/\.\.\. gets them$/m);
  expect(text).not.toContain('0a1b2c3d');
});

it('doctor names the problems: addresses, permissions, entries, alarms and the clock', async () => {
  const prepare = (coordinator: DeployedTemplate) => {
    withTeam(coordinator);
    const { account, stack } = coordinator;
    const ada = { principal: 'ada' };
    const write = (service: string, Value: string) =>
      account.wire.call(
        'ssm',
        'PutParameter',
        { Name: `/rollback-coordinator/prod/services/${service}`, Type: 'String', Value },
        ada,
      );
    account.clock.after(1000, async () => {
      const TopicArn = String(stack.outputs.StakeholderTopic);
      await account.wire.call(
        'sns',
        'Subscribe',
        { TopicArn, Protocol: 'email', Endpoint: 'new@example.com' },
        ada,
      );
      await write('orders', 'version: 1\nservice: orders\nstack: shop-orders\npolicy: { alarms: [none] }\n');
      await write('payment', 'version: 2\nservice: payment\nstack: shop-orders\n');
    });
    account.wire.use(async ({ operation }, next) => {
      if (operation !== 'DescribeStateMachine') return next();
      throw new AwsError('AccessDeniedException', 'ada may not perform states:DescribeStateMachine', 400);
    });
  };
  const [answer] = await install([['doctor']], prepare, 120_000);
  expect(answer?.status).toBe(1);
  const text = answer?.text ?? '';
  for (const wrong of [
    /^mails +wrong +new@example.com gets none: confirm the subscription/m,
    /^machines +wrong +AccessDeniedException: ada may not perform states:DescribeStateMachine$/m,
    /^catalog +wrong +\/rollback-coordinator\/prod\/services\/payment: version: must be 1/m,
    /^alarms +wrong +CloudWatch has no alarm "none"/m,
    /^clock +wrong +the clock here is 12\d s ahead of AWS's: set it right$/m,
  ]) {
    expect(text).toMatch(wrong);
  }
  expect(text).toMatch(/\n5 of \d+ findings are wrong\.$/);
});
