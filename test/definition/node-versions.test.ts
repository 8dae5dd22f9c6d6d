import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root, template } from './product-template.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const workflow = parse(read('.github/workflows/ci.yml'));
const [oldest, ...newer]: number[] = workflow.jobs.code.strategy.matrix.node;

describe('the versions of Node.js', () => {
  it('that CI tests are the oldest allowed for contributors and the version on AWS', () => {
    expect(JSON.parse(read('package.json')).engines.node).toMatch(new RegExp(`^>=${oldest}\\.`));
    expect(`nodejs${newer.at(-1)}.x`).toBe(template.Globals.Function.Runtime);
    expect(read('.nvmrc').trim()).toBe(String(newer.at(-1)));
  });

  it.each(['README.md', 'CONTRIBUTING.md'])('are those %s names', (file) => {
    expect(read(file)).toMatch(`Node.js ${oldest} or newer`);
  });
});

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}
interface Step {
  readonly run?: string;
  readonly env?: object;
}
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const nightly: Workflow = parse(read('.github/workflows/nightly.yml'));

it('the workflows list no checks of their own', () => {
  const commandsOf = (one: Workflow) =>
    stepsOf(one)
      .flatMap(({ run }) => run ?? [])
      .filter((run) => !run.startsWith('test "${{ needs.'));
  expect(commandsOf(workflow)).toEqual(['.ci/run code', '.ci/run template']);
  expect(commandsOf(nightly)).toEqual(['.ci/run nightly']);
});

describe('the seeds', () => {
  it('of the checks of a change are fixed', () => {
    expect(stepsOf(workflow).flatMap(({ env }) => Object.keys(env ?? {}))).toEqual([]);
    const [, code = ''] = /^code\(\) \{\n(.*?)^\}/ms.exec(read('.ci/run')) ?? [];
    expect(code).toMatch(/ simulation 80 1$/m);
  });

  it('of the nightly runs are fresh', () => {
    const [, part = ''] = /^nightly\(\) \{\n(.*?)^\}/ms.exec(read('.ci/run')) ?? [];
    expect(part).toMatch(/fresh=\$\(date \+%s\)/);
    expect(part).toMatch(/ scenarios "\$fresh"$/m);
    expect(part).toMatch(/ simulation 2000 "\$fresh"$/m);
  });
});
