import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { parseCompiledCatalog } from '../../../../shared/catalog/compiled-catalog.ts';
import { DependencyGraph } from '../../../../shared/cut/dependency-graph.ts';
import { selectTargets } from '../../../../shared/cut/select-targets.ts';
import { renderReport } from '../../bench/bench-report.ts';
import { planningCase } from '../../bench/planning-catalog.ts';

const draw = (load: 'usual' | 'whole') => planningCase(200, load, new SeededRandom(7));

it('draws the same case from the same seed', () => {
  expect(draw('usual')).toEqual(draw('usual'));
});

it.each([
  ['whole', 'all', 200],
  ['usual', 'some', 1],
] as const)('draws a valid catalog, of which a %s load moves %s', async (load, _, least) => {
  const { catalog, releases, missing, incident } = draw(load);
  const graph = new DependencyGraph(Object.values(parseCompiledCatalog(catalog).services));
  expect(graph.unknown).toEqual([]);
  expect(graph.cycles).toHaveLength(2);
  const selection = await selectTargets({
    graph,
    incident,
    reader: {
      releasesOf: (service) => releases.get(service) ?? [],
      missingOf: ({ releaseId }) => (missing.has(releaseId) ? 'gone' : undefined),
    },
  });
  const moved = selection.kind === 'selected' ? selection.moves.length : 0;
  expect(moved).toBeGreaterThanOrEqual(least);
});

it('renders a report with right-aligned numbers and the limits that were missed', () => {
  const report = {
    title: 'Figures',
    columns: ['load', 'ms'],
    rows: [
      ['usual', '1.5'],
      ['whole', '100.0'],
    ],
    figures: {},
  };
  expect(renderReport({ ...report, failed: [] })).toEqual([
    'Figures',
    '',
    'load      ms',
    'usual    1.5',
    'whole  100.0',
    '',
    'All limits kept.',
  ]);
  expect(renderReport({ ...report, failed: ['whole: 100 ms'] }).at(-1)).toBe('NOT REACHED: whole: 100 ms');
});
