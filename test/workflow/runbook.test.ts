import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';
import { begun, byHand, refusesReads, removeFolder } from './runbook-by-hand.ts';
import { decided, decisions } from './runbook-decisions.ts';
import { doing, type Ended, type Step, sectionsOfRunbook } from './runbook-steps.ts';

/** The reason why no step of a section is played here. */
type NotPlayed =
  /** There is nothing to type; these scenarios reach the situation. */
  | { readonly scenarios: readonly string[] }
  /** These tests check its statements. */
  | { readonly tests: readonly string[] }
  /** The simulated account cannot play it. */
  | { readonly needsAws: string };

/** The sections of the runbook without a played step. */
const notPlayed: Readonly<Record<string, NotPlayed>> = {
  'The commands of a mail': {
    tests: ['test/commands/by-hand.test.ts', 'test/commands/documents.test.ts', 'test/mails/mails.test.ts'],
  },
  '"Old and new version fail alike, needs a person"': { scenarios: ['fails-like-the-version-before'] },
  '"CRITICAL … rolled back, but NOT recovered"': { scenarios: ['not-recovered'] },
  '"Release unproven, although it did well"': { scenarios: ['partial-release-over-unproven'] },
  '"… stopped during a rollback", "… during a rollback"': {
    scenarios: ['overtaken-consumer', 'overtaken-by-a-fix', 'overtaken-when-back'],
  },
  '"… is declared irreversible"': { scenarios: ['irreversible-consumer'] },
  '"Users are back, a stack needs a person" (`traffic-restored`)': {
    scenarios: ['stack-without-service-role', 'rollback-trigger-rings', 'release-added-data'],
  },
  'Let a pipeline ask': {
    needsAws:
      'the simulated account has no HTTP API that a pipeline could reach; receive-webhook.test.ts has the requests',
  },
  'The coordinator itself is not well': { tests: ['test/definition/monitoring.test.ts'] },
  'The first deployment of the coordinator failed': {
    needsAws:
      'the simulated account deploys the coordinator without a stack; documents.test.ts has the commands',
  },
  'The ledger was deleted': { needsAws: 'the simulated DynamoDB keeps no backups' },
  'Stacks that are put back': {
    scenarios: ['stack-given-a-role', 'stack-rollback-continued', 'stack-rollback-skips'],
  },
  'Targets in the catalog': { scenarios: ['hooks-asked', 'api-and-mesh-bad', 'alarm-without-deployment'] },
  'Where a service does not come back': { scenarios: ['provider-skipped', 'provider-goes-on'] },
  'Health checks': { scenarios: ['health-check-fails', 'health-check-broken'] },
  Parameters: { scenarios: ['parameter-bad', 'parameter-set-by-a-person-since'] },
  'Stages and rules': { scenarios: ['api-and-mesh-bad', 'api-deploys-itself'] },
  Hooks: { scenarios: ['hooks-asked', 'hook-failed'] },
};

const sections = sectionsOfRunbook();
const steps = [...decisions, ...begun];
const ends = new Map<Step, Ended>();
const broken: unknown[] = [];

beforeAll(async () => {
  for (const run of [
    await watchedRun(decided, doing(decisions, ends)),
    await watchedRun(byHand, doing(begun, ends), refusesReads),
  ]) {
    broken.push(...run.violations);
  }
});
afterAll(removeFolder);

it('every section is played, or has a reason why not', () => {
  const headings = sections.map(({ heading }) => heading);
  const rows = [...new Set(steps.map(({ under }) => under)), ...Object.keys(notPlayed)];
  expect(rows.sort()).toEqual(headings.sort());
});

it('the texts to type in a played section are typed, word for word', () => {
  const typed = (heading: string) => steps.filter(({ under }) => under === heading).map(({ text }) => text);
  const left = sections
    .filter(({ heading }) => !Object.hasOwn(notPlayed, heading))
    .flatMap(({ heading, typed: all }) =>
      all.filter((text) => !typed(heading).includes(text)).map((text) => `${heading}: ${text}`),
    );
  expect(left).toEqual([]);
});

it('no promise is broken on the way', () => {
  expect(broken).toEqual([]);
});

describe.each([...new Set(steps.map(({ under }) => under))])('%s', (heading) => {
  const section = sections.find((one) => one.heading === heading);

  it.each(steps.filter(({ under }) => under === heading))('$text: $ends', (step) => {
    expect(section?.text).toContain(step.text);
    const { ended, said } = ends.get(step) ?? { ended: 'not done', said: '' };
    expect({ ended, said }).toEqual({ ended: step.ends, said: expect.stringMatching(step.says ?? /^/) });
  });
});

describe.each(Object.entries(notPlayed))('%s', (_, reason) => {
  it(`has nothing to play: ${JSON.stringify(reason)}`, () => {
    const scenarios = 'scenarios' in reason ? reason.scenarios : [];
    const tests = 'tests' in reason ? reason.tests : [];
    for (const name of scenarios) expect(findScenario(process.cwd(), name).name).toBe(name);
    expect(tests.filter((file) => !existsSync(file))).toEqual([]);
  });
});

it('the table of ends has every end of coordinate-rollback', () => {
  const machine = parse(readFileSync('statemachines/coordinate-rollback.asl.yaml', 'utf8'));
  const last = Object.entries<{ Type: string }>(machine.States)
    .filter(([, { Type }]) => Type === 'Fail' || Type === 'Succeed')
    .map(([name, { Type }]) => (Type === 'Fail' ? `${name} (failed)` : name));
  const { text = '' } = sections.find(({ heading }) => heading === 'Read how an incident ended') ?? {};
  const rows = [...text.matchAll(/^\| `(\w+)`( \(failed\))?(,[^|]*)? \|/gm)];
  const documented = rows.flatMap(([, name, failed = '', of]) => (of ? [] : [`${name}${failed}`]));
  expect(documented.sort()).toEqual(last.sort());
});
