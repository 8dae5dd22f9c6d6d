import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import type { Attach } from '../../packages/rehearsal/run/attachment.ts';
import type { Scenario } from '../../packages/rehearsal/scenario/scenario.ts';
import type { NamedSettings } from '../../packages/rehearsal/scenario/scenario-account.ts';
import { findScenario, parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRunIn } from '../../packages/rehearsal/test/promises/watched-run.ts';

const roleArn = 'arn:aws:iam::111122223333:role/RollbackStack_cart';

/** A release of cart turns bad after its deployment is complete, and its users go back. */
const scenario = (targets: string, rest: string) =>
  parseScenario(
    `
title: A stack's service role and rollback triggers
services:
  - version: 1
    service: cart
    stack: shop-cart
    targets: [{ kind: codedeploy, function: AddItemFunction }${targets}]
    policy: { bake: { minMinutes: 2, maxMinutes: 10 } }
traffic: { requestsPerMinute: 600 }
releases:
  - { service: cart, at: 1m, config: AllAtOnce }
  - { service: cart, at: 30m, config: AllAtOnce, bad: { errorRate: 0.4 } }
${rest}`,
    { file: 'stack-role-and-triggers.yaml', readCatalog: () => [] },
  );

/** Plays a scenario and returns its end, with cart's stack. */
async function play(settings: NamedSettings, given: Scenario, more: Attach = () => ({})) {
  const accounts: SimulatedAccount[] = [];
  const keep: Attach = (rehearsal) => {
    accounts.push(rehearsal.coordinator.account);
    return more(rehearsal);
  };
  const { result, violations } = await watchedRunIn(settings, given, keep);
  const { operations } = (accounts[0] as SimulatedAccount).cloudFormation;
  const [stack] = operations.DescribeStacks({ StackName: 'shop-cart' }).Stacks ?? [];
  const template = String(
    operations.GetTemplate({ StackName: 'shop-cart', TemplateStage: 'Processed' }).TemplateBody,
  );
  return {
    violations: [...result.violations, ...violations],
    // A mail wraps long sentences.
    lastMail: (result.mails.at(-1)?.body ?? '').replace(/\s+/g, ' '),
    stack,
    template,
  };
}

const trigger = { Arn: expect.stringContaining(':alarm:cart-errors'), Type: 'AWS::CloudWatch::Alarm' };

describe('a stack with a role in the catalog', () => {
  it('keeps that role', async () => {
    const { violations, stack } = await play({}, findScenario(process.cwd(), 'stack-given-a-role'));

    expect(violations).toEqual([]);
    expect(stack?.RoleARN).toBe(roleArn);
  });

  it.each<[string, string, Attach | undefined, string, string[]]>([
    [
      'is gone',
      roleArn,
      ({ coordinator }) => {
        coordinator.account.cloudFormation.loseRole(roleArn);
        return {};
      },
      `Stack shop-cart stays pinned: Role ${roleArn} is invalid or cannot be assumed`,
      [],
    ],
    [
      'is of another account, and may not be passed',
      roleArn.replace('111122223333', '444455556666'),
      undefined,
      'is not authorized to perform: iam:PassRole',
      // The refusal that the account plays.
      ['within-permissions'],
    ],
  ])('is pinned without it, and left, where the role %s', async (_, arn, attach, said, refusals) => {
    const { violations, stack, lastMail } = await play(
      { pinRights: 'allowed', serviceRole: false },
      scenario(
        `, { kind: cloudformation, roleArn: "${arn}", attachRoleForGood: true }`,
        'expect: { incidents: [{ service: cart, outcome: traffic-restored }], serves: { cart: 1 } }',
      ),
      attach,
    );

    expect(violations.map((one) => (typeof one === 'string' ? one : one.promise))).toEqual(refusals);
    expect(stack).not.toHaveProperty('RoleARN');
    expect(lastMail).toContain(said);
  });
});

describe('rollback triggers', () => {
  it.each(['counts', 'ignored'] as const)(
    'are out of the pin, and back with the rest, where one that rings %s',
    async (ringingTrigger) => {
      const given = findScenario(process.cwd(), 'rollback-trigger-rings');
      const { violations, stack, lastMail } = await play({ ringingTrigger }, given);

      expect(violations).toEqual([]);
      expect(stack?.RollbackConfiguration?.RollbackTriggers).toEqual([trigger]);
      expect(lastMail).toContain('its rollback triggers are empty (cart-errors)');
      expect(lastMail).toContain('with its rollback triggers');
    },
  );

  const ringing = `
alarms:
  - { name: cart-errors, service: cart, rollbackTrigger: true, script: [{ at: 0s, state: OK }, { at: 32m, state: ALARM }] }`;

  it('stay out of a stack that is pinned and no more, and the mail says how they come back', async () => {
    const { violations, stack, lastMail } = await play(
      { pinRights: 'allowed', serviceRole: false },
      scenario(
        ', { kind: cloudformation }',
        `${ringing}
expect: { incidents: [{ service: cart, outcome: traffic-restored }], serves: { cart: 1 } }`,
      ),
    );

    expect(violations).toEqual([]);
    expect(stack?.RollbackConfiguration?.RollbackTriggers).toEqual([]);
    expect(lastMail).toContain('create-change-set --rollback-configuration');
  });

  it('block the rest of a stack while they are in ALARM for a reason outside the release', async () => {
    const { violations, lastMail } = await play(
      { serviceRole: true },
      scenario(
        ', { kind: cloudformation }',
        `${ringing}
expect: { incidents: [{ service: cart, outcome: traffic-restored }], serves: { cart: 1 } }`,
      ),
    );

    expect(violations).toEqual([]);
    expect(lastMail).toContain('because its rollback triggers ring and would undo the update: cart-errors');
  });
});

describe('a stack that is no target of the catalog', () => {
  it('is pinned, and the mail names what its next release lacks', async () => {
    const { violations, template, lastMail } = await play(
      { pinRights: 'allowed', serviceRole: false, newUpdatePolicy: 'next-time' },
      scenario('', 'expect: { incidents: [{ service: cart, outcome: rolled-back }], serves: { cart: 1 } }'),
    );

    expect(violations).toEqual([]);
    expect(template).toMatch(/"FunctionVersion": ?"2"/);
    expect(lastMail).toContain('the next one may shift all its traffic at once');
  });

  it('is left, and not to be deployed, where its aliases may not be pinned', async () => {
    const { violations, lastMail } = await play(
      { pinRights: 'denied', serviceRole: false },
      scenario(
        '',
        'expect: { incidents: [{ service: cart, outcome: traffic-restored }], serves: { cart: 1 } }',
      ),
    );

    expect(violations).toEqual([]);
    expect(lastMail).toContain('Do not deploy cart before the stack is pinned');
  });
});
