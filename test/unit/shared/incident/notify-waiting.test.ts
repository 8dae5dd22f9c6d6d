import { type NotifyDeps, notifyWaiting, sendSignal } from '../../../../shared/incident/notify-waiting.ts';
import { PLAN_KEY, RELEASE, servicePlan, serviceResult } from '../../fixtures/records.ts';

const attempt = { incidentId: RELEASE, attempt: 2 };
const result = serviceResult({ service: 'cart', attempt: 2 });
const waiting = { platform: 'token-platform', users: 'token-users' };

/** `cart` is done, `orders` only where a test sets it; the waiting services, and the consumers of each. */
function depsOf({
  tokens = waiting as Record<string, string>,
  plans = { platform: ['cart'], users: ['cart', 'orders'] } as Record<string, string[]>,
  done = ['cart'],
  refuses = false,
} = {}) {
  const seen = { told: [] as object[], forgotten: [] as object[], most: 0, read: [] as string[] };
  let atWork = 0;
  const deps: NotifyDeps = {
    plans: {
      readService: async (planKey, service) => {
        expect(planKey).toBe(PLAN_KEY);
        seen.read.push(service);
        return servicePlan({
          service,
          waitsFor: plans[service] ?? [],
          notifies: service === 'cart' ? Object.keys(plans) : [],
        });
      },
    },
    waitingServices: {
      tokenOf: async ({ incidentId, attempt: number }, service) => {
        expect({ incidentId, attempt: number }).toEqual(attempt);
        atWork += 1;
        seen.most = Math.max(seen.most, atWork);
        for (let turns = 0; turns < 5; turns += 1) await Promise.resolve();
        atWork -= 1;
        return tokens[service];
      },
      forget: async ({ incidentId, attempt: number }, service, token) => {
        seen.forgotten.push({ incidentId, attempt: number, service, token });
      },
    },
    incidents: {
      serviceResult: async (_, service) => (done.includes(service) ? serviceResult({ service }) : undefined),
      overtaken: async () => [],
    },
    tokens: {
      succeed: async (token, turn) => {
        if (refuses) throw new Error('Step Functions did not answer');
        seen.told.push({ token, ...turn });
        return true;
      },
    },
  };
  return { deps, seen };
}

it('notifies the services whose turn it is, and leaves those that wait for more', async () => {
  const { deps, seen } = depsOf();
  await notifyWaiting(deps, PLAN_KEY, 'traffic', result);
  expect(seen.told).toEqual([{ token: 'token-platform', turn: 'go', reason: '' }]);
  expect(seen.forgotten).toEqual([{ ...attempt, service: 'platform', token: 'token-platform' }]);
});

it('notifies every waiting service once the last of its consumers is done', async () => {
  const { deps, seen } = depsOf({ done: ['cart', 'orders'] });
  await notifyWaiting(deps, PLAN_KEY, 'traffic', result);
  expect(seen.told).toEqual([
    { token: 'token-platform', turn: 'go', reason: '' },
    { token: 'token-users', turn: 'go', reason: '' },
  ]);
});

it('leaves services alone that do not wait yet, without reading their consumers', async () => {
  const { deps, seen } = depsOf({ tokens: {} });
  await notifyWaiting(deps, PLAN_KEY, 'traffic', result);
  expect(seen).toMatchObject({ told: [], forgotten: [], read: ['cart'] });
});

it('tells every waiting service to leave its targets alone where a consumer did not come back, whatever else it waits for', async () => {
  const { deps, seen } = depsOf();
  await notifyWaiting(deps, PLAN_KEY, 'traffic', { ...result, status: 'failed' });
  const reason = 'its consumer cart did not come back, so it is left as it is';
  expect(seen.told).toEqual([
    { token: 'token-platform', turn: 'skip', reason },
    { token: 'token-users', turn: 'skip', reason },
  ]);
  expect(seen.read).toEqual(['cart']);
});

it('checks ten of them side by side', async () => {
  const many = Array.from({ length: 25 }, (_, index) => `provider-${index}`);
  const { deps, seen } = depsOf({
    plans: Object.fromEntries(many.map((one) => [one, ['cart']])),
    tokens: Object.fromEntries(many.map((one) => [one, `token-${one}`])),
  });
  await notifyWaiting(deps, PLAN_KEY, 'traffic', result);
  expect(seen.told).toHaveLength(25);
  expect(seen.most).toBe(10);
});

it('keeps a token that could not be answered, so that the next caller answers it', async () => {
  const { deps, seen } = depsOf({ refuses: true });
  const turn = { turn: 'go', reason: '' } as const;
  await expect(sendSignal(deps, attempt, 'platform', 'token-1', turn)).rejects.toThrow('did not answer');
  expect(seen.forgotten).toEqual([]);
});
