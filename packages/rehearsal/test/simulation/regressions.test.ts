import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCase } from '../../simulation/run-case.ts';
import { simulationCase } from '../../simulation/simulation-case.ts';

const folder = join(process.cwd(), 'packages/rehearsal/test/simulation/cases');

/** Every case in which a sweep once found a broken promise, shrunk; each describes its fault. */
const cases = readdirSync(folder).map((file) => {
  const { found, ...one } = simulationCase.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
  return { file, found, one };
});

describe('cases that sweeps have found', () => {
  it.each(cases)('$file keeps every promise', async ({ found, one }) => {
    expect(found).toMatch(/\S/);
    const { violations } = await runCase(one, { root: process.cwd() });
    expect(violations).toEqual([]);
  });
});
