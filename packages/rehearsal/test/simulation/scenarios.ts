import type { ScenarioInput } from '../../simulation/simulation-case.ts';

const orders: NonNullable<ScenarioInput['services']>[number] = {
  version: 1,
  service: 'orders',
  stack: 'orders-stack',
  targets: [{ kind: 'codedeploy', function: 'Api' }, { kind: 'cloudformation' }],
  policy: { bake: { minMinutes: 1, minRequests: 20, maxMinutes: 3 } },
};

/** A release that fails three requests in ten from its first traffic on. */
export const badRelease: ScenarioInput = {
  title: 'a bad release',
  services: [orders],
  history: '6m',
  deadline: '24h',
  traffic: { requestsPerMinute: 120 },
  releases: [{ service: 'orders', at: '0s', config: 'Canary10Percent10Minutes', bad: { errorRate: 0.3 } }],
};

/** A good release that is settled, and a bad one after it. */
export const goodThenBad: ScenarioInput = {
  ...badRelease,
  title: 'a good release and a bad one',
  releases: [
    { service: 'orders', at: '0s', config: 'AllAtOnce' },
    { service: 'orders', at: '10m', config: 'AllAtOnce', bad: { errorRate: 0.3 } },
  ],
};
