import { promises } from '../../promises/promises.ts';
import type { Attach } from '../../run/attachment.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { findScenario, parseScenario } from '../../scenario/scenario-file.ts';
import { scenario } from '../rehearsal/scenario-text.ts';
import * as mutants from './mutants.ts';
import { type WatchedRun, watchedRun } from './watched-run.ts';

const healthy = scenario(`
releases: [{ service: cart, at: 5m, config: AllAtOnce }]`);
const badCanary = scenario(`
releases: [{ service: cart, at: 5m, config: Canary10Percent5Minutes, bad: { errorRate: 0.3 } }]
expect: { incidents: [{ service: cart, outcome: rolled-back }] }`);
const badLongCanary = scenario(`
traffic: { requestsPerMinute: 1000 }
releases: [{ service: cart, at: 5m, config: Canary10Percent15Minutes, bad: { errorRate: 0.3 } }]
expect: { incidents: [{ service: cart, outcome: rolled-back }] }`);
const badAfterGood = scenario(`
releases:
  - { service: cart, at: 5m, config: AllAtOnce }
  - { service: cart, at: 1h, config: AllAtOnce, bad: { after: 3m, errorRate: 0.4 } }
expect: { incidents: [{ service: cart, outcome: rolled-back }] }`);
const badAfterCondemned = scenario(`
releases:
  - { service: cart, at: 5m, config: AllAtOnce }
  - { service: cart, at: 2h, config: AllAtOnce, bad: { after: 3m, errorRate: 0.4 } }
starts: [{ at: 1h, input: { service: cart } }]
expect: { incidents: [] }`);
const unmanaged = scenario(`
unmanaged: [cart]
releases: [{ service: cart, at: 5m, config: AllAtOnce }]`);
const withoutCodeDeploy = (requestsPerMinute: number, then = 'expect: { incidents: [] }') =>
  parseScenario(
    `
title: A stack that moves its alias at once
services:
  - version: 1
    service: reports
    stack: shop-reports
    targets: [{ kind: lambda-alias, function: RenderFunction }, { kind: cloudformation }]
traffic: { requestsPerMinute: ${requestsPerMinute} }
releases:
  - { service: reports, at: 5m }
${then}`,
    { file: 'reports.yaml', readCatalog: () => [] },
  );
const quiet = withoutCodeDeploy(0);
const busy = withoutCodeDeploy(300);
const badWithoutCodeDeploy = withoutCodeDeploy(
  1000,
  `  - { service: reports, at: 1h, bad: { errorRate: 0.3 } }
expect: { incidents: [{ service: reports, outcome: rolled-back }] }`,
);
const besideUnproven = findScenario(process.cwd(), 'partial-release-over-unproven');
const diamond = findScenario(process.cwd(), 'diamond');
const skipped = findScenario(process.cwd(), 'provider-skipped');
const updateFailsLate = findScenario(process.cwd(), 'update-fails-late-after-restored');
const mistyped = scenario(`
releases: [{ service: cart, at: 5m, config: AllAtOnce }]
starts: [{ at: 30m, input: { service: cart, realeaseId: cart-20260105T090500Z } }]`);
const forged = 'the old column is gone\n\nWhat is left to do\n  open http://example.com \u202E';
const forgingHook = withMessage(findScenario(process.cwd(), 'hook-failed'), forged);
const addedData = findScenario(process.cwd(), 'release-added-data');
const addedDataAndFailed = findScenario(process.cwd(), 'failed-release-added-data');

/** The same scenario, with hooks that fail with another message. */
function withMessage(whole: Scenario, message: string): Scenario {
  return { ...whole, rollbackHooks: whole.rollbackHooks.map((hook) => ({ ...hook, message })) };
}

/** The same scenario, with stacks that the coordinator may change. */
const withServiceRole = (scenario: Scenario): Scenario => ({
  ...scenario,
  account: { ...scenario.account, serviceRole: true },
});

interface Case {
  readonly promise: string;
  readonly mutant: string;
  readonly scenario: Scenario;
  /** Further attachments to the run, with and without the mutant. */
  readonly besides?: readonly Attach[];
  readonly breaks: readonly Attach[];
}

const cases: readonly Case[] = [
  {
    promise: 'one-incident-per-service',
    mutant: 'locks nobody takes',
    scenario: badCanary,
    breaks: mutants.withoutLocks,
  },
  {
    promise: 'consumers-before-providers',
    mutant: 'a provider goes back beside its consumer',
    scenario: diamond,
    breaks: [mutants.nobodyWaits],
  },
  {
    promise: 'consumers-before-providers',
    mutant: 'a provider goes back although its consumer did not',
    scenario: skipped,
    breaks: [mutants.alwaysGo],
  },
  {
    promise: 'consumers-before-providers',
    mutant: 'stacks are pinned before users are back',
    scenario: withServiceRole(badAfterGood),
    breaks: [mutants.pinsInTheFirstWave],
  },
  {
    promise: 'consumers-before-providers',
    mutant: 'a provider begins although its consumer was released over',
    scenario: findScenario(process.cwd(), 'overtaken-when-back'),
    breaks: [mutants.overlooksTheOvertaken],
  },
  {
    promise: 'everything-ends',
    mutant: 'those who wait are never told',
    scenario: diamond,
    breaks: mutants.leavesThemWaiting,
  },
  {
    promise: 'back-to-good-only',
    mutant: 'the planner trusts releases marked bad',
    scenario: badAfterCondemned,
    breaks: [mutants.trustsEverything],
  },
  {
    promise: 'back-to-good-only',
    mutant: 'the planner never asks whether versions exist',
    scenario: badAfterGood,
    besides: [deletesOldVersions()],
    breaks: [mutants.plansWithGoneVersions],
  },
  {
    promise: 'back-to-good-only',
    mutant: 'code is built anew that is still there',
    scenario: withServiceRole(badAfterGood),
    breaks: [mutants.findsNoVersion],
  },
  {
    promise: 'good-is-earned',
    mutant: 'no request is needed to be good',
    scenario: quiet,
    breaks: [mutants.credulous],
  },
  {
    promise: 'good-is-earned',
    mutant: 'nobody asks whether the stack is through',
    scenario: findScenario(process.cwd(), 'stack-fails-while-baking'),
    breaks: [mutants.seesNoUpdate],
  },
  {
    promise: 'good-is-earned',
    mutant: 'nobody asks what the other functions are on',
    scenario: besideUnproven,
    breaks: [mutants.forgetsTheOthers],
  },
  {
    promise: 'releases-are-recorded',
    mutant: 'events of stacks start nothing',
    scenario: busy,
    breaks: [mutants.startsNothing],
  },
  {
    promise: 'releases-are-recorded',
    mutant: 'a recording finds nothing',
    scenario: busy,
    breaks: [mutants.recordsNothing],
  },
  {
    promise: 'ledger-agrees',
    mutant: 'another template is saved with a recorded release',
    scenario: busy,
    breaks: [mutants.savesAnotherTemplate],
  },
  {
    promise: 'changed-once',
    mutant: 'rollbacks are taken for releases',
    scenario: badCanary,
    breaks: [mutants.watchesRollbacks],
  },
  {
    promise: 'changed-once',
    mutant: 'the way back is deployed twice',
    scenario: badAfterGood,
    breaks: [mutants.deploysTwice],
  },
  {
    promise: 'everything-ends',
    mutant: 'an incident is not closed',
    scenario: badCanary,
    breaks: [mutants.closesNothing, mutants.sweepsNothing],
  },
  {
    promise: 'everything-ends',
    mutant: 'locks are kept for a week',
    scenario: badCanary,
    breaks: [mutants.keepsLocks],
  },
  {
    promise: 'every-step-is-told',
    mutant: 'the last mail is never published',
    scenario: badCanary,
    breaks: [mutants.muteAtTheEnd],
  },
  {
    promise: 'every-step-is-told',
    mutant: 'the first mail is published twice',
    scenario: badCanary,
    breaks: [mutants.saysItTwice],
  },
  {
    promise: 'escalated-once',
    mutant: 'nobody is told how bad it is',
    scenario: findScenario(process.cwd(), 'not-recovered'),
    breaks: [mutants.playsItDown],
  },
  {
    promise: 'escalated-once',
    mutant: 'everybody is woken all the time',
    scenario: badCanary,
    breaks: [mutants.criesWolf],
  },
  {
    promise: 'hands-off',
    mutant: 'the judge finds everything bad',
    scenario: healthy,
    breaks: mutants.hangingJudge,
  },
  {
    promise: 'hands-off',
    mutant: 'the judge knows nothing of what was before a release',
    scenario: findScenario(process.cwd(), 'already-failing-before'),
    breaks: [mutants.knowsNothingOfBefore],
  },
  {
    promise: 'hands-off',
    mutant: 'a deployment that failed is held against its release, whoever blocked it',
    scenario: findScenario(process.cwd(), 'alarm-blocks-the-fix'),
    breaks: mutants.blamesFailures,
  },
  {
    promise: 'hands-off',
    mutant: 'an unmanaged service is recorded',
    scenario: unmanaged,
    breaks: [mutants.knowsNoBounds('cart', 'ViewFunction:live')],
  },
  {
    promise: 'hands-off',
    mutant: 'a stack is rolled back without whatever failed',
    scenario: withServiceRole(findScenario(process.cwd(), 'stack-rollback-stuck')),
    breaks: [mutants.skipsWhateverFailed],
  },
  {
    promise: 'never-interleaved',
    mutant: 'what somebody released since the plan is not looked at',
    scenario: findScenario(process.cwd(), 'overtaken-consumer'),
    breaks: [mutants.neverYields, mutants.seesNobodyElse],
  },
  {
    promise: 'never-interleaved',
    mutant: 'a deployment is stopped without a word',
    scenario: findScenario(process.cwd(), 'deployed-while-held'),
    breaks: mutants.stopsInSilence,
  },
  {
    promise: 'within-autonomy',
    mutant: 'nobody is asked',
    scenario: findScenario(process.cwd(), 'approval-timed-out'),
    breaks: [mutants.asksNobody],
  },
  {
    promise: 'within-autonomy',
    mutant: 'rollbacks are not counted',
    scenario: findScenario(process.cwd(), 'budget-used-up'),
    breaks: [mutants.countsNothing],
  },
  {
    promise: 'within-autonomy',
    mutant: 'nobody looks at what is on hold',
    scenario: findScenario(process.cwd(), 'on-hold'),
    breaks: [mutants.seesNoHold],
  },
  {
    promise: 'within-autonomy',
    mutant: 'the shift is stopped while a person is asked, whatever the policy says',
    scenario: findScenario(process.cwd(), 'approval-timed-out'),
    breaks: [mutants.stopsEveryShift],
  },
  {
    promise: 'restored-when-rolled-back',
    mutant: 'targets are only said to be restored',
    scenario: badAfterGood,
    breaks: mutants.onlyPretends('2'),
  },
  {
    promise: 'users-stay-off',
    mutant: 'nobody looks where the rollback of a stack leads',
    scenario: updateFailsLate,
    breaks: [mutants.guardsNothing],
  },
  {
    promise: 'data-is-kept',
    mutant: 'the saved template is applied whatever it deletes',
    scenario: addedData,
    breaks: mutants.appliesTheRestOverData,
  },
  {
    promise: 'data-is-kept',
    mutant: 'a failed stack is rolled back whatever it made',
    scenario: addedDataAndFailed,
    breaks: [mutants.rollsBackOverData],
  },
  {
    promise: 'ledger-loses-nothing',
    mutant: 'a bad release is called good again',
    scenario: badCanary,
    breaks: [mutants.amnesty],
  },
  {
    promise: 'ledger-agrees',
    mutant: 'the snapshot has the digest of the version before',
    scenario: healthy,
    breaks: [mutants.remembersTheOld],
  },
  {
    promise: 'within-quotas',
    mutant: 'a judgement of 300 KB',
    scenario: healthy,
    breaks: [mutants.verbose],
  },
  {
    promise: 'within-quotas',
    mutant: 'a watch that never waits',
    scenario: healthy,
    breaks: [mutants.restless],
  },
  {
    promise: 'within-permissions',
    mutant: 'a function deletes what it may not',
    scenario: badCanary,
    breaks: [mutants.oversteps],
  },
  {
    promise: 'secrets-stay-secret',
    mutant: 'a step tells a function’s environment',
    scenario: badCanary,
    breaks: [mutants.talkative],
  },
  {
    promise: 'secrets-stay-secret',
    mutant: 'a step logs the environment of a function',
    scenario: badCanary,
    breaks: [mutants.logsWhatItReads],
  },
  {
    promise: 'never-interleaved',
    mutant: 'an alias is pointed while somebody deploys to it',
    scenario: badAfterGood,
    besides: [mutants.somebodyDeploys],
    breaks: [mutants.pushesThrough, mutants.neverYields],
  },
  {
    promise: 'input-as-documented',
    mutant: 'a machine takes of its input what it understands',
    scenario: mistyped,
    breaks: [mutants.takesWhatItUnderstands],
  },
  {
    promise: 'input-as-documented',
    mutant: 'people are called for a typing error',
    scenario: mistyped,
    breaks: [mutants.breaksOnBadInput],
  },
  {
    promise: 'input-as-documented',
    mutant: 'a mail repeats what a hook says as it is',
    scenario: forgingHook,
    breaks: [mutants.repeatsAsTyped(forged)],
  },
  {
    promise: 'mails-can-be-sent',
    mutant: 'a subject of two lines',
    scenario: badCanary,
    breaks: [mutants.twoLineSubjects],
  },
  {
    promise: 'never-silently-bad',
    mutant: 'the judge finds everything good',
    scenario: badLongCanary,
    breaks: [mutants.blindJudge],
  },
  {
    promise: 'never-silently-bad',
    mutant: 'what comes without a deployment is always found good',
    scenario: badWithoutCodeDeploy,
    breaks: [mutants.blindToWholeReleases],
  },
];

/** A clean-up job that keeps only the newest version. */
function deletesOldVersions(): Attach {
  return ({ coordinator: { engine, account } }) => {
    engine.onStateEntered(({ state }) => {
      if (state !== 'OpenIncident') return;
      for (const FunctionName of ['shop-cart-AddItemFunction', 'shop-cart-ViewFunction']) {
        for (const Qualifier of ['1', '2']) {
          if (!account.lambda.version(FunctionName, Qualifier)) continue;
          void account.wire.perform({
            service: 'lambda',
            operation: 'DeleteFunction',
            input: { FunctionName, Qualifier },
            caller: { principal: 'clean-up-job' },
            now: account.clock.now(),
            callId: 0,
          });
        }
      }
    });
    return {};
  };
}

describe('promises', () => {
  const sound = new Map<Scenario, Map<readonly Attach[] | undefined, Promise<WatchedRun>>>();

  /** The same run without the mutant, once for all its mutants. */
  function soundRun({ scenario: whole, besides }: Case): Promise<WatchedRun> {
    const runs = sound.get(whole) ?? new Map();
    sound.set(whole, runs);
    const run = runs.get(besides) ?? watchedRun(whole, ...(besides ?? []));
    runs.set(besides, run);
    return run;
  }

  it.each(cases)('$promise: $mutant', async (one) => {
    const { violations } = await soundRun(one);
    const mutant = await watchedRun(one.scenario, ...(one.besides ?? []), ...one.breaks);

    expect(violations).toEqual([]);
    expect(mutant.broken).toContain(one.promise);
  });

  it('each have a mutant that breaks them', () => {
    const proved = new Set(cases.map(({ promise }) => promise));

    expect(promises.map(({ promise }) => promise).filter((name) => !proved.has(name))).toEqual([]);
  });
});
