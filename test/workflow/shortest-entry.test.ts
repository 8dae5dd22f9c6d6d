import { parseScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

/** The stacks are made from the targets listed here; the catalog contains fewer. */
const scenario = (entry: object) =>
  parseScenario(
    JSON.stringify({
      title: 'An entry that says little',
      services: [
        {
          version: 1,
          service: 'orders',
          stack: 'shop-orders',
          targets: [
            { kind: 'codedeploy', function: 'ApiFunction' },
            { kind: 'codedeploy', function: 'ListFunction' },
            { kind: 'cloudformation' },
          ],
        },
      ],
      unmanaged: ['orders'],
      catalogWrites: [{ at: '10s', service: 'orders', text: JSON.stringify(entry) }],
      traffic: { requestsPerMinute: 600 },
      releases: [
        { service: 'orders', at: '1m', config: 'AllAtOnce' },
        {
          service: 'orders',
          at: '30m',
          config: 'Canary10Percent10Minutes',
          bad: { errorRate: 0.4, functions: ['ListFunction'] },
        },
      ],
      expect: {
        incidents: [{ service: 'orders', outcome: 'rolled-back' }],
        releases: { orders: ['good', 'bad', 'good'] },
        serves: { orders: 1 },
        stacks: { orders: 'UPDATE_ROLLBACK_COMPLETE' },
      },
    }),
    { file: 'shortest-entry.yaml', readCatalog: () => [] },
  );

const policy = { bake: { minMinutes: 2, maxMinutes: 10 } };
const named = { version: 1, service: 'orders', stack: 'shop-orders', policy };

it.each([
  ['names a stack and lists nothing', named],
  [
    'lists another function of it',
    { ...named, targets: [{ kind: 'codedeploy', function: 'ApiFunction' }, { kind: 'cloudformation' }] },
  ],
])('a bad function is rolled back where the entry %s', async (_, entry) => {
  const { result } = await watchedRun(scenario(entry));
  expect(result.violations).toEqual([]);
});
