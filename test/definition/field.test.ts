import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioNames } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { root } from './product-template.ts';

/** The rows of both tables of docs/field.md, cell by cell. */
const rows = readFileSync(join(root, 'docs/field.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\|(---| kind of fault )/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()));

it('has both tables', () => {
  expect(rows.length).toBeGreaterThan(20);
});

describe.each(rows.map((cells) => [cells[0] ?? '', cells] as const))('%s', (_, cells) => {
  const [, sources = '', deed = '', players = ''] = cells;

  it('has a source that can be looked up, and an action', () => {
    expect(cells).toHaveLength(4);
    const found = sources.split(', ').filter((one) => !/^(–|[\w.-]+\/[\w.-]+#\d+)$/.test(one));
    expect(found).toEqual([]);
    expect(deed).not.toBe('');
  });

  it('is played by scenarios and tests that exist', () => {
    const names = [...players.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    const scenarios = scenarioNames(root);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !scenarios.includes(name) && !existsSync(join(root, name)))).toEqual([]);
  });
});
