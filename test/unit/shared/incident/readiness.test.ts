import * as fc from 'fast-check';
import {
  letsProvidersBegin,
  ofItsProviders,
  readinessOf,
  skipBecauseOf,
} from '../../../../shared/incident/readiness.ts';
import type { ServiceResult } from '../../../../shared/ledger/records.ts';
import { RELEASE, serviceResult } from '../../fixtures/records.ts';

fc.configureGlobal({ seed: 1 });

const attempt = { incidentId: RELEASE, attempt: 2 };
type Said = Pick<ServiceResult, 'status' | 'providersGoOn'>;
const back: Said = { status: 'rolled-back' };

/** A ledger with the results of some consumers, which counts its reads. */
function ledgerOf(results: ReadonlyMap<string, Said>, overtaken: string[] = []) {
  const asked = { read: [] as string[], batches: [] as number[] };
  let open = 0;
  return {
    asked,
    incidents: {
      serviceResult: async (of: object, service: string) => {
        expect(of).toBe(attempt);
        asked.read.push(service);
        open += 1;
        await Promise.resolve();
        if (open > 0) asked.batches.push(open);
        open = 0;
        const said = results.get(service);
        return said && serviceResult({ service, attempt: 2, ...said });
      },
      overtaken: async (of: object) => {
        expect(of).toBe(attempt);
        return overtaken;
      },
    },
  };
}
const consumers = (count: number) => Array.from({ length: count }, (_, index) => `consumer-${index}`);
const allBack = (all: readonly string[]) => new Map(all.map((one) => [one, back]));

const status = fc.constantFrom<ServiceResult['status']>(
  'rolled-back',
  'traffic-restored',
  'failed',
  'skipped',
  'superseded',
);
const said: fc.Arbitrary<Said> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(back) },
  fc.record({ status }),
  fc.record({ status, providersGoOn: fc.constant(true as const) }),
);
/** The known results of each consumer; undefined for a consumer that is still at work. */
const known = fc.oneof(
  fc.array(said, { maxLength: 20 }),
  fc.array(fc.option(said, { nil: undefined, freq: 10 }), { maxLength: 20 }),
);

it('lets a service start exactly when all its consumers let it and nothing was released over', async () => {
  const overtaken = fc.constantFrom<string[]>([], ['shop', 'cart']);
  await fc.assert(
    fc.asyncProperty(known, overtaken, async (all, over) => {
      const waitsFor = consumers(all.length);
      const results = new Map(all.flatMap((one, index) => (one ? [[`consumer-${index}`, one]] : [])));
      const { incidents, asked } = ledgerOf(results, over);
      const turn = await readinessOf(incidents, attempt, { waitsFor });

      expect(new Set(asked.read).size).toBe(asked.read.length);
      const lost = [...results].flatMap(([service, one]) => (letsProvidersBegin(one) ? [] : [service]));
      const isAllThere = results.size === all.length;
      if (turn.turn === 'go') {
        expect({ isAllThere, lost, over, ...turn }).toMatchObject({
          isAllThere: true,
          lost: [],
          over: [],
          reason: '',
        });
      } else if (turn.turn === 'wait') {
        expect(turn.atWork.length).toBeGreaterThan(0);
        for (const one of turn.atWork)
          expect([waitsFor.includes(one), results.has(one)]).toEqual([true, false]);
      } else if (turn.reason.startsWith('its consumer')) {
        const reasons = lost.map((service) =>
          skipBecauseOf(serviceResult({ service, ...results.get(service) })),
        );
        expect(reasons).toContainEqual(turn);
      } else {
        const reason = 'shop was released again meanwhile, so everything is planned again';
        expect(turn).toEqual({ turn: 'skip', reason });
        expect({ isAllThere, lost, over }).toEqual({ isAllThere: true, lost: [], over: ['shop', 'cart'] });
      }
    }),
  );
});

it('reads two results at first, then twice as many each time, and never more than 64 side by side', async () => {
  const waitsFor = consumers(300);
  const { incidents, asked } = ledgerOf(allBack(waitsFor));
  await readinessOf(incidents, attempt, { waitsFor });
  expect(asked.batches).toEqual([2, 4, 8, 16, 32, 64, 64, 64, 46]);
});

it('names those at work among the first that it reads, and reads no further', async () => {
  const { incidents, asked } = ledgerOf(new Map());
  const waitsFor = consumers(100);
  const turn = await readinessOf(incidents, attempt, { waitsFor });
  expect(turn).toEqual({ turn: 'wait', atWork: asked.read });
  expect(asked.read).toHaveLength(2);
});

it.each<[string, (all: string[]) => string[]]>([
  ['in their order', (all) => all],
  ['from the last to the first', (all) => [...all].reverse()],
  ['every other one first', (all) => [0, 1].flatMap((odd) => all.filter((_, index) => index % 2 === odd))],
])(
  'reads few results for each of many consumers that finish one by one and check in turn: %s',
  async (_, order) => {
    const waitsFor = consumers(200);
    const results = new Map<string, Said>();
    const { incidents, asked } = ledgerOf(results);
    for (const consumer of order(waitsFor)) {
      results.set(consumer, back);
      const turn = await readinessOf(incidents, attempt, { waitsFor });
      expect(turn.turn).toBe(results.size === 200 ? 'go' : 'wait');
    }
    // Reading from one end on would make 20,000 reads.
    expect(asked.read.length).toBeLessThan(200 * 10);
  },
);

it.each<[string, Said, boolean]>([
  ['came back', { status: 'rolled-back' }, true],
  ['has its users back', { status: 'traffic-restored' }, true],
  ['did not come back', { status: 'failed' }, false],
  ['did not come back and lets them', { status: 'failed', providersGoOn: true }, true],
  ['was skipped', { status: 'skipped' }, false],
  ['was skipped and lets them', { status: 'skipped', providersGoOn: true }, true],
  ['was released over', { status: 'superseded' }, false],
])('knows whether the providers of a service that %s may begin', (_, result, lets) => {
  expect(letsProvidersBegin(result)).toBe(lets);
});

it.each<[ServiceResult['status'], 'continue' | undefined, object]>([
  ['failed', 'continue', { providersGoOn: true }],
  ['skipped', 'continue', { providersGoOn: true }],
  ['failed', undefined, {}],
  ['skipped', undefined, {}],
  ['rolled-back', 'continue', {}],
  ['traffic-restored', 'continue', {}],
  ['superseded', 'continue', {}],
])('gives the providers of a service that is %s, with the policy %s: %j', (one, onFailure, expected) => {
  expect(ofItsProviders(onFailure ? { onFailure } : {}, one)).toEqual(expected);
});

it.each<[ServiceResult['status'], string]>([
  ['rolled-back', 'came back'],
  ['traffic-restored', 'came back'],
  ['failed', 'did not come back'],
  ['skipped', 'was left as it is'],
  ['superseded', 'was released again meanwhile'],
])('tells the providers of a service that is %s that it %s', (one, words) => {
  expect(skipBecauseOf({ service: 'cart', status: one })).toEqual({
    turn: 'skip',
    reason: `its consumer cart ${words}, so it is left as it is`,
  });
});
