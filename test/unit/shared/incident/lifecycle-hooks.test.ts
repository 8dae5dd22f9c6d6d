import * as fc from 'fast-check';
import { wordOfDeadline, wordOfJudge, wordOfLedger } from '../../../../shared/incident/lifecycle-hooks.ts';
import { saysNothingOfCode } from '../../../../shared/ledger/lifecycle-hook-ledger.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { DEPLOYMENT, releaseRecord, watchedDeployment } from '../../fixtures/records.ts';
import { NOW } from '../../fixtures/times.ts';

fc.configureGlobal({ seed: 1 });

const bake = { minMinutes: 15, minRequests: 100, maxMinutes: 120 };
const look = { verdict: 'healthy', reason: 'the numbers', requests: 100, servedMinutes: 15, bake } as const;
const minute = 60_000;

describe("the judge's answer", () => {
  it.each([
    ['Succeeded', {}],
    [undefined, { requests: 99 }],
    [undefined, { servedMinutes: 14.9 }],
    [undefined, { verdict: 'insufficient' }],
    ['Failed', { verdict: 'unhealthy', requests: 0, servedMinutes: 0 }],
  ] as const)('is %s on %j', (word, changes) => {
    expect(wordOfJudge({ ...look, ...changes })?.word).toBe(word);
  });
});

describe("the ledger's answer", () => {
  const settled = { verdict: 'unhealthy', at: '2026-01-05T09:04:00Z', requests: 9, errors: 9 } as const;
  it.each([
    [undefined, undefined],
    [undefined, releaseRecord()],
    [undefined, releaseRecord({ verdict: 'good' })],
    ['judged', releaseRecord({ verdict: 'bad', incidentId: 'i' })],
    ['undone', releaseRecord({ undoneBy: 'i' })],
    // A service that is only observed: no incident names it bad.
    ['judged', releaseRecord({ deployments: { [DEPLOYMENT]: watchedDeployment({ settled }) } })],
  ])('is for the cause %s', (cause, release) => {
    const word = wordOfLedger(release, DEPLOYMENT);
    expect(word?.cause).toBe(cause);
    if (word) expect(word.word).toBe('Failed');
  });
});

describe('the deadline', () => {
  const question = { deploymentId: DEPLOYMENT, executionId: 'x', service: 'orders', askedAt: NOW };

  it.each([
    ['BeforeAllowTraffic', 10],
    ['AfterAllowTraffic', 40],
  ] as const)('of %s is after %i minutes, and lets the deployment continue', (event, minutes) => {
    expect(wordOfDeadline({ ...question, event }, NOW + minutes * minute - 1)).toBeUndefined();
    expect(wordOfDeadline({ ...question, event }, NOW + minutes * minute)?.word).toBe('Succeeded');
  });

  it('leaves two sweeps, ten minutes apart, within the hour that CodeDeploy waits, whenever they come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * minute - 1 }), (first) => {
        const sweeps = [0, 1, 2, 3, 4, 5].map((index) => first + index * 10 * minute);
        const late = sweeps.filter(
          (after) => wordOfDeadline({ ...question, event: 'AfterAllowTraffic' }, NOW + after) !== undefined,
        );
        expect(late.filter((after) => after < 60 * minute).length).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

it.each([
  ['locked', true],
  ['on-hold', true],
  ['frozen', true],
  ['undone', true],
  ['known-bad', false],
  ['unhealthy', false],
  ['judged', false],
] as const)('a refusal because of %s says nothing of the code: %s', (cause, expected) => {
  expect(saysNothingOfCode(cause)).toBe(expected);
});

describe('the ledger of lifecycle hooks', () => {
  const hook = (deploymentId: string, askedAt: number) => ({
    deploymentId,
    event: 'AfterAllowTraffic' as const,
    executionId: deploymentId,
    service: 'orders',
    askedAt,
  });
  const answer = { word: 'Failed', cause: 'judged', reason: 'bad' } as const;

  it('keeps the first question and the first answer', async () => {
    const { lifecycleHooks } = new LedgerDouble();
    const first = await lifecycleHooks.ask(hook('d-1', NOW));
    await expect(lifecycleHooks.ask(hook('d-1', NOW + minute))).resolves.toEqual(first);
    await expect(lifecycleHooks.answer(first, answer)).resolves.toEqual(answer);
    await expect(lifecycleHooks.answer(first, { ...answer, word: 'Succeeded' })).resolves.toEqual(answer);
  });

  it('keeps the first time at which CodeDeploy had the answer', async () => {
    const { lifecycleHooks } = new LedgerDouble();
    const asked = await lifecycleHooks.ask(hook('d-1', NOW));
    for (const at of [NOW, NOW + minute]) await lifecycleHooks.markDelivered(asked, at);
    await expect(lifecycleHooks.find('d-1', 'AfterAllowTraffic')).resolves.toMatchObject({
      deliveredAt: NOW,
    });
  });

  it('lists the answers that CodeDeploy does not have, also over midnight', async () => {
    const { lifecycleHooks } = new LedgerDouble();
    const midnight = Date.parse('2026-01-06T00:00:00Z');
    const [old, before, after, done] = [
      hook('d-OLD', midnight - 61 * minute),
      hook('d-BEFORE', midnight - minute),
      hook('d-AFTER', midnight + minute),
      hook('d-DONE', midnight + minute),
    ] as const;
    for (const one of [old, before, after, done]) await lifecycleHooks.ask(one);
    await lifecycleHooks.answer(before, answer);
    await lifecycleHooks.answer(done, answer);
    await lifecycleHooks.markDelivered(done, midnight + 2 * minute);
    const found = await lifecycleHooks.undelivered(midnight - 50 * minute, midnight + 5 * minute);
    expect(found.map(({ deploymentId }) => deploymentId).sort()).toEqual(['d-AFTER', 'd-BEFORE']);
  });
});
