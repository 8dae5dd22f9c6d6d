import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
