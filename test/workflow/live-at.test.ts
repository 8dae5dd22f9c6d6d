import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { watchPromises } from '../../packages/rehearsal/promises/watch-promises.ts';
import type { AttachedRun } from '../../packages/rehearsal/run/attachment.ts';
import { readLedger } from '../../packages/rehearsal/run/ledger-view.ts';
import { runScenario } from '../../packages/rehearsal/run/run-scenario.ts';
import { isAlias } from '../../shared/catalog/alias-kinds.ts';
import type { AliasAt } from '../../shared/queries/alias-timeline.ts';
import type { ServiceLiveAt } from '../../shared/queries/live-at.ts';
import { weekOfReleases } from './week-of-releases.ts';

const root = process.cwd();
const drawn = weekOfReleases(root, 1);
/** The coordinator may change the stacks: the releases of a whole week must go in. */
const scenario = { ...drawn, account: { ...drawn.account, serviceRole: true } };
const zero = Date.parse(scenario.start);
const questions = 1000;
const week = 7 * 24 * 3_600_000;

/** A moment, the ledger's answer for one service, and the versions that its aliases served by the account's own history. */
interface Answer {
  readonly at: string;
  readonly asked: ServiceLiveAt;
  readonly served: Readonly<Record<string, readonly string[]>>;
}

/** Invokes the deployed function, as a person does in the Lambda console: with its own role and through the SDK. */
function asker({ coordinator }: AttachedRun): (question: object) => Promise<unknown> {
  return async (question) => {
    const name = coordinator.nameOf('QueryLedgerFunction');
    const outcome = await coordinator.account.lambdaRuntime.invoke(name, JSON.stringify(question));
    if (outcome.functionError) throw new Error(outcome.payload);
    return JSON.parse(outcome.payload);
  };
}

/** Queries the deployed function, and the account itself, at random moments of the week. */
async function askAtRandom(run: AttachedRun): Promise<Answer[]> {
  const { coordinator, clock } = run;
  const { account } = coordinator;
  const ask = asker(run);
  const random = new SeededRandom(1).fork('questions');
  const services = scenario.services.filter(({ targets }) => targets.length > 1);
  const answers: Answer[] = [];
  for (let n = 0; n < questions; n += 1) {
    const { service, stack } = random.pick(services);
    const moment = random.integer(zero, clock.now());
    const at = new Date(moment).toISOString();
    const answer = (await ask({ query: 'live-at', at, service })) as { services: [ServiceLiveAt] };
    const [asked] = answer.services;
    const served = Object.fromEntries(
      [...asked.aliases, ...asked.others.filter(({ target }) => target !== 'stack')].map(({ target }) => {
        const [logicalId, alias] = target.split(':') as [string, string];
        const history = account.lambda.shareHistory(`${stack}-${logicalId}`, alias);
        const point = history.findLast((one) => one.at <= moment);
        return [target, Object.keys(point?.shares ?? {}).sort()];
      }),
    );
    answers.push({ at, asked, served });
  }
  return answers;
}

describe('a week of interleaved releases', () => {
  let answers: readonly Answer[] = [];
  let violations: readonly unknown[] = [];
  let outcomes: readonly (string | null)[] = [];
  let problems: readonly string[] = [];
  let history: unknown;
  const whys: unknown[] = [];

  beforeAll(async () => {
    const result = await runScenario(scenario, {
      seed: 1,
      root,
      attach: [
        (run) => {
          const watch = watchPromises(run);
          let asked = false;
          run.clock.at(zero + week, async () => {
            answers = await askAtRandom(run);
            const ask = asker(run);
            const incidents = readLedger(run.coordinator).incidents;
            for (const { incidentId } of incidents)
              whys.push(await ask({ query: 'why', incident: incidentId }));
            history = await ask({ query: 'history', service: incidents[0]?.service ?? '' });
            asked = true;
          });
          return {
            isOver: () => asked,
            async finish() {
              await watch.finish();
              violations = watch.violations();
            },
          };
        },
      ],
    });
    outcomes = result.incidents.map(({ outcome }) => outcome);
    problems = result.violations.filter((one) => !one.includes('incident'));
    expect(result.ended).toBe('at-rest');
  });

  it('is one: releases of many services, good and bad', () => {
    expect(new Set(scenario.releases.map(({ service }) => service)).size).toBe(8);
    expect(scenario.releases.length).toBeGreaterThan(18);
    expect(
      outcomes.filter((outcome) => outcome === 'rolled-back' || outcome === 'traffic-restored').length,
    ).toBeGreaterThan(2);
    expect(problems).toEqual([]);
    expect(violations).toEqual([]);
  });

  it('answers history and why by its own role as well', () => {
    expect(history).toMatchObject({
      history: expect.arrayContaining([expect.objectContaining({ release: null })]),
    });
    expect(whys).toHaveLength(outcomes.length);
    for (const one of whys)
      expect(one).toMatchObject({ why: { incident: { status: 'closed' }, release: { verdict: 'bad' } } });
  });

  it(`is told by live-at as the account itself remembers it, at ${questions} moments`, () => {
    expect(answers).toHaveLength(questions);
    const wrong = answers.flatMap(({ at, asked, served }) =>
      asked.aliases
        .filter((alias) => !agrees(alias, served))
        .map((alias) => ({ at, service: asked.service, alias, served: served[alias.target] })),
    );
    expect(wrong).toEqual([]);
  });

  it("knows every alias that ever moved, the others from the releases' snapshots, and nearly always exactly", () => {
    for (const { asked, served } of answers) {
      const entry = scenario.services.find(({ service }) => service === asked.service);
      expect(asked.aliases.length + asked.others.length).toBe(entry?.targets.length);
      for (const { target, saved } of asked.others) {
        // For code that was not released in this week: version 1 from before.
        if (target !== 'stack') expect(served[target]).toEqual(['1']);
        if (saved && isAlias(saved)) expect(saved.version).toBe('1');
      }
    }
    const certainties = answers.flatMap(({ asked }) => asked.aliases.map(({ certainty }) => certainty));
    const unsure = certainties.filter((certainty) => certainty === 'between').length;
    expect(unsure / certainties.length).toBeLessThan(0.01);
  });
});

function agrees(
  { target, versions, certainty, orVersions = [] }: AliasAt,
  served: Answer['served'],
): boolean {
  const truth = served[target]?.join();
  const is = (one: readonly string[]) => [...one].sort().join() === truth;
  return is(versions) || (certainty === 'between' && is(orVersions));
}
