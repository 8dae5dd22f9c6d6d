import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root, template } from './product-template.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const workflow = parse(read('.github/workflows/ci.yml'));
const [oldest, ...newer]: number[] = workflow.jobs.code.strategy.matrix.node;

describe('the versions of Node.js', () => {
  it('that CI tests are the oldest a contributor may have and the one that runs on AWS', () => {
    expect(JSON.parse(read('package.json')).engines.node).toMatch(new RegExp(`^>=${oldest}\\.`));
    expect(`nodejs${newer.at(-1)}.x`).toBe(template.Globals.Function.Runtime);
    expect(read('.nvmrc').trim()).toBe(String(newer.at(-1)));
  });

  it.each(['README.md', 'CONTRIBUTING.md'])('are those %s names', (file) => {
    expect(read(file)).toMatch(`Node.js ${oldest} or newer`);
  });
});

it('the workflow lists no checks of its own', () => {
  const commands = Object.values<{ steps: { run?: string }[] }>(workflow.jobs)
    .flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))
    .filter((run) => !run.startsWith('test "${{ needs.'));
  expect(commands).toEqual(['.ci/run code', '.ci/run template']);
});
