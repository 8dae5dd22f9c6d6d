import type { RehearsalResult } from '../../packages/rehearsal/report/rehearsal-result.ts';
import type { Scenario } from '../../packages/rehearsal/scenario/scenario.ts';
import type { EventFault } from '../../packages/rehearsal/scenario/scenario-fault.ts';
import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

/** All services depend on `platform`, through each other: `storefront` on nearly all, `users` on few. */
const providers = {
  platform: [],
  users: ['platform'],
  products: ['platform'],
  payment: ['users', 'platform'],
  orders: ['products', 'payment'],
  storefront: ['orders', 'users'],
};
type Name = keyof typeof providers;
const names = Object.keys(providers) as Name[];

/** `platform` is bad, and all the others were released on top of it; each takes a minute and a half to go back. */
const scenario = parseScenario(
  `
title: Six services go back
services:
${names
  .map(
    (service) => `
  - version: 1
    service: ${service}
    stack: shop-${service}
    dependsOn: [${providers[service].join(', ')}]
    targets:
      - { kind: hook, function: RollbackHook_${service} }
      - { kind: codedeploy, function: ApiFunction }
      - { kind: cloudformation }
    policy: { bake: { minMinutes: ${service === 'platform' ? 12 : 2}, maxMinutes: 30 } }`,
  )
  .join('')}
# Where CloudFormation takes the version from its template, no release comes through before the pin.
account: { currentVersionFrom: alias, serviceRole: true }
# So little that recovery is not proved before a deployment begins that was asked for when platform was back.
traffic: { requestsPerMinute: 100 }
history: 5m
rollbackHooks: [${names.map((name) => `{ function: RollbackHook_${name}, after: 60s }`).join(', ')}]
releases:
${names.map((service, index) => `  - { service: ${service}, at: ${index + 1}m, config: AllAtOnce }`).join('\n')}
  - { service: platform, at: 18m, config: AllAtOnce, bad: { after: 8m, errorRate: 0.4 } }
${names
  .filter((service) => service !== 'platform')
  .map((service, index) => `  - { service: ${service}, at: ${index + 19}m, config: AllAtOnce }`)
  .join('\n')}
expect: { incidents: [{ service: platform, outcome: rolled-back }] }`,
  { file: 'six-services.yaml', readCatalog: () => [] },
);
const start = Date.parse(scenario.start);
const lateStart: EventFault = {
  source: 'aws.codedeploy',
  state: 'START',
  act: 'delay',
  by: 4_000,
  copies: 2,
  chance: 1,
};
/** Approximate time from the request for a stack update to its deployment. */
const updateMs = 20_000;

/** The same scenario with one more release, ms after its 0. */
function withRelease(service: Name, at: number, config: string): Scenario {
  const [first] = scenario.releases;
  if (!first) throw new Error('the scenario has releases');
  const { bad: _, ...release } = first;
  return { ...scenario, releases: [...scenario.releases, { ...release, service, at, config }] };
}

/**
 * The time at which the users of a service were back. `platform` is the last: its stack is being updated then, and accepts
 * no release before it is stable.
 */
function finishOf({ timeline }: RehearsalResult, service: Name): number {
  const finished = timeline.filter((one) => one.state === 'FinishService' && one.service === service);
  const entry = service === 'platform' ? finished.at(-1) : finished[0];
  if (!entry) throw new Error(`${service} was not rolled back`);
  return entry.at - start;
}

/** The text of the last mail on the incident, unwrapped. */
const outcomeOf = ({ mails }: RehearsalResult) =>
  mails.findLast(({ subject }) => subject.startsWith('[prod] platform: '))?.body.replace(/\s+/g, ' ');

let undisturbed: RehearsalResult;
beforeAll(async () => {
  const { result, violations } = await watchedRun(scenario);
  expect(result.violations).toEqual([]);
  expect(violations).toEqual([]);
  undisturbed = result;
});

describe.each(names)('a deployment of %s', (service) => {
  const detected = () => Date.parse(undisturbed.incidents[0]?.detectedAt ?? '') - start;

  it('that begins before the service is back is stopped, and the rollback continues as planned', async () => {
    const at = (detected() + finishOf(undisturbed, service)) / 2 - updateMs;
    await expectStopped(withRelease(service, Math.round(at), 'Canary10Percent10Minutes'));
  });

  it('that begins when the service is back, and others are not, is stopped', async () => {
    const at = finishOf(undisturbed, service) + 5_000;
    await expectStopped(withRelease(service, Math.round(at), 'Canary10Percent10Minutes'));
  });

  it('that completes at once when the service is back supersedes the rest, and is undone', async () => {
    // With late events, the service is back some seconds later than undisturbed.
    const at = finishOf(undisturbed, service) + 15_000;
    await expectPlannedAgain(withRelease(service, Math.round(at), 'AllAtOnce'));
  });

  it('that completes at once supersedes the plan, and everything goes back from there', async () => {
    const at = (detected() + finishOf(undisturbed, service)) / 2 - updateMs;
    await expectPlannedAgain(withRelease(service, Math.round(at), 'AllAtOnce'));
  });

  /** The new release's events come late, so that no watch is fast enough to stop it. */
  async function expectPlannedAgain(disturbed: Scenario): Promise<void> {
    const { result, violations } = await watchedRun({
      ...disturbed,
      faults: { ...disturbed.faults, events: [lateStart] },
    });
    expect(violations).toEqual([]);
    expect(result.incidents).toMatchObject([{ service: 'platform', outcome: 'rolled-back' }]);
    expect(outcomeOf(result)).toMatch(new RegExp(`${service}: deployment d-\\w+ began while`));
    expect(result.mails.filter(({ subject }) => /platform: .*rolling back/.test(subject))).toHaveLength(2);
    expect(result.after.aliases.filter(({ release }) => release !== 1)).toEqual([]);
  }

  async function expectStopped(disturbed: Scenario): Promise<void> {
    const { result, violations } = await watchedRun(disturbed);
    expect(violations).toEqual([]);
    expect(result.violations).toEqual([]);
    expect(outcomeOf(result)).toMatch(
      new RegExp(
        `${service}: deployment d-\\w+ began while ${service} was being rolled back; it was stopped`,
      ),
    );
    expect(result.after.aliases.filter(({ release }) => release !== 1)).toEqual([]);
    for (const { status } of result.after.stacks) expect(status).toMatch(/^UPDATE_(ROLLBACK_)?COMPLETE$/);
  }
});
