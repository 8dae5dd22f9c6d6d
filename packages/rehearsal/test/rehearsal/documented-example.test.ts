import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rehearseCommand } from '../../command/rehearse-command.ts';
import { runScenario } from '../../run/run-scenario.ts';
import { parseScenario } from '../../scenario/scenario-file.ts';

const root = process.cwd();

describe('docs/scenarios.md', () => {
  it('has an example that goes as it expects', async () => {
    const [, example = ''] =
      /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/scenarios.md'), 'utf8')) ?? [];
    const scenario = parseScenario(example, { file: 'example.yaml', readCatalog: () => [] });

    expect(scenario.expect.incidents).toHaveLength(1);
    expect((await runScenario(scenario, { seed: 1, root })).violations).toEqual([]);
  });
});

describe('README.md', () => {
  it('has lines that the default rehearsal prints, in their order', async () => {
    const [, excerpt = ''] =
      /```\n(\d\d:[\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? [];
    const printed: string[] = [];
    const terminal = { out: (line: string) => printed.push(line), err: () => {}, width: 130, root };
    expect(await rehearseCommand([], terminal)).toBe(0);
    const lines = excerpt.trimEnd().split('\n').map(withoutNumbers);
    const remaining = printed.map(withoutNumbers)[Symbol.iterator]();
    const missing = lines.filter((line) => !find(remaining, line));
    expect(missing).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
  });
});

/** Times, ids and counts change with every change of a call; the words do not. */
function withoutNumbers(line: string): string {
  return line.replaceAll(/d-[A-Z0-9]{9}/g, 'd-').replaceAll(/\d+/g, '#');
}

/** Takes lines up to and including the wanted line. */
function find(lines: Iterator<string>, wanted: string): boolean {
  for (let next = lines.next(); !next.done; next = lines.next()) if (next.value === wanted) return true;
  return false;
}
