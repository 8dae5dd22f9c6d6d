import { build } from '../../../functions/operate/query-ledger/handler.ts';
import type { LedgerAnswer } from '../../../functions/operate/query-ledger/query-ledger.ts';
import { CatalogUnreadable, InvalidInput, TransientFailure } from '../../../shared/errors.ts';
import { checkpointSubjectOf } from '../../../shared/ledger/checkpoint-subject.ts';
import { catalogObject, ordersEntry } from '../fixtures/catalog.ts';
import { LedgerDouble } from '../fixtures/ledger-double.ts';
import { mockBucket } from '../fixtures/mock-bucket.ts';
import {
  goodRelease,
  incidentRecord,
  planObject,
  RELEASE,
  releaseRecord,
  serviceResult,
  watchedDeployment,
} from '../fixtures/records.ts';
import { runtimeOf } from '../fixtures/runtime-of.ts';
import { iso, NOW, RELEASED_AT } from '../fixtures/times.ts';

const shiftingSince = '2026-01-05T09:00:03.000Z';
let ledger: LedgerDouble;

beforeEach(async () => {
  ledger = new LedgerDouble();
  mockBucket({ ...catalogObject(ordersEntry(), ordersEntry({ service: 'idle' })), ...planObject() });
  await ledger.releases.open(goodRelease());
  await ledger.releases.open(releaseRecord());
  await ledger.checkpoints.record({
    ...checkpointSubjectOf(releaseRecord(), watchedDeployment()),
    phase: 'traffic-shifting',
    status: 'InProgress',
    at: shiftingSince,
    seenAt: iso(NOW),
    shiftingSince,
    share: 0.1,
    evidence: [],
  });
});

const ask = (question: object): Promise<LedgerAnswer> => build(runtimeOf(ledger))(question);

async function incident() {
  await ledger.incidents.open(incidentRecord());
  await ledger.releases.markBad(RELEASE, RELEASE);
  await ledger.incidents.putServiceResult(serviceResult());
}

describe('live-at', () => {
  it('answers the versions an alias served, and the release that was in force', async () => {
    const answer = await ask({ query: 'live-at', at: '2026-01-05T09:02:00Z', service: 'orders' });
    expect(answer).toMatchObject({
      services: [
        {
          service: 'orders',
          at: '2026-01-05T09:02:00.000Z',
          release: { releaseId: RELEASE, verdict: 'candidate' },
          aliases: [{ target: 'CreateOrder:live', versions: ['4', '5'], certainty: 'recorded' }],
          others: [{ target: 'stack', saved: null, releaseId: RELEASE }],
        },
      ],
    });
  });

  it('answers for the release before, once one had failed', async () => {
    await ledger.releases.markFailed(RELEASE, { at: '2026-01-05T09:01:00.000Z', reason: 'throttled' });
    const inForce = async (at: string) => {
      const answer = await ask({ query: 'live-at', at, service: 'orders' });
      return 'services' in answer && answer.services[0]?.release?.releaseId;
    };
    await expect(inForce('2026-01-05T09:00:59Z')).resolves.toBe(RELEASE);
    await expect(inForce('2026-01-05T09:01:00Z')).resolves.toBe(goodRelease().releaseId);
  });

  it('accepts a moment with an offset', async () => {
    const at = async (text: string) => {
      const answer = await ask({ query: 'live-at', at: text, service: 'orders' });
      return 'services' in answer ? answer.services[0]?.at : undefined;
    };
    expect(await at('2026-01-05T10:02:00+01:00')).toBe('2026-01-05T09:02:00.000Z');
  });

  it('answers with the previous release and its snapshot, a moment earlier', async () => {
    const answer = await ask({ query: 'live-at', at: '2026-01-05T08:59:59Z', service: 'orders' });
    expect(answer).toMatchObject({
      services: [
        {
          release: { releaseId: goodRelease().releaseId, verdict: 'good' },
          aliases: [{ versions: ['4'], certainty: 'inferred' }],
          others: [{ target: 'stack', saved: { kind: 'cloudformation', stack: 'shop-orders' } }],
        },
      ],
    });
  });

  it('answers for every service of the catalog, also one without a record', async () => {
    const answer = await ask({ query: 'live-at', at: RELEASED_AT });
    expect(answer).toMatchObject({
      services: [{ service: 'idle', release: null, aliases: [] }, { service: 'orders' }],
    });
  });

  it.each([
    [{ at: iso(NOW + 1) }, 'is still to come'],
    [{ at: 'yesterday' }, 'at: must be ISO 8601, e.g. "2026-01-05T09:00:00Z"'],
    [{ at: '2026-01-05' }, 'at: must be ISO 8601'],
    [{}, 'at: must be ISO 8601'],
    [{ at: RELEASED_AT, service: 'order' }, 'knows "order"; did you mean "orders"?'],
    [{ at: RELEASED_AT, region: 'eu' }, 'region: is not a known field'],
  ])('refuses %j', async (question, reason) => {
    const attempt = ask({ query: 'live-at', ...question });
    await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
    await expect(attempt).rejects.toThrow(reason);
  });
});

describe('history', () => {
  it('answers the releases, newest first, with their deployments and incidents', async () => {
    await incident();
    const answer = await ask({ query: 'history', service: 'orders' });
    expect(answer).toMatchObject({
      history: [
        {
          at: RELEASED_AT,
          release: { releaseId: RELEASE, verdict: 'bad', incident: { incidentId: RELEASE } },
          deployments: [{ fromVersion: '4', toVersion: '5', checkpoints: [{ phase: 'traffic-shifting' }] }],
        },
        { release: { releaseId: goodRelease().releaseId, verdict: 'good', incident: null }, deployments: [] },
      ],
    });
  });

  it('goes back the requested number of releases', async () => {
    const answer = await ask({ query: 'history', service: 'orders', limit: 1 });
    expect('history' in answer && answer.history).toHaveLength(1);
  });

  it('is empty for a service of the catalog that was never released', async () => {
    await expect(ask({ query: 'history', service: 'idle' })).resolves.toEqual({ history: [] });
  });

  it.each([
    [{}, 'service: '],
    [{ service: 'orderz' }, 'neither the catalog nor the ledger knows "orderz"; did you mean "orders"?'],
    [{ service: 'orders', limit: 0 }, 'limit: '],
  ])('refuses %j', async (question, reason) => {
    await expect(ask({ query: 'history', ...question })).rejects.toThrow(reason);
  });
});

describe('why', () => {
  it.each([{ incident: RELEASE }, { service: 'orders' }])('answers for %j', async (which) => {
    await incident();
    const answer = await ask({ query: 'why', ...which });
    expect(answer).toMatchObject({
      why: {
        incident: { incidentId: RELEASE, reason: incidentRecord().reason },
        release: { verdict: 'bad' },
        plan: { services: [{ service: 'orders' }] },
        results: [{ service: 'orders', targets: serviceResult().targets }],
        deployments: [{ deploymentId: watchedDeployment().deploymentId }],
      },
    });
  });

  it.each([{ incident: RELEASE }, { service: 'orders' }])(
    'gives the reason why a failed release has no incident, for %j',
    async (which) => {
      await ledger.releases.markFailed(RELEASE, { at: iso(NOW), reason: 'THROTTLED: says nothing' });
      await expect(ask({ query: 'why', ...which })).rejects.toThrow(
        `incident: release ${RELEASE} failed and has no incident: THROTTLED: says nothing`,
      );
    },
  );

  it.each([
    [{}, 'incident: give either an incident or a service'],
    [{ incident: RELEASE, service: 'orders' }, 'incident: give either an incident or a service'],
    [{ service: 'orders' }, 'service: "orders" never had an incident'],
    [{ incident: 'ordres' }, '"ordres" is neither an incident nor a service; did you mean "orders"?'],
  ])('refuses %j', async (question, reason) => {
    await expect(ask({ query: 'why', ...question })).rejects.toThrow(reason);
  });
});

it.each([{}, { query: 'what' }])('refuses %j, naming the possible questions', async (question) => {
  const attempt = ask(question);
  await expect(attempt).rejects.toBeInstanceOf(InvalidInput);
  await expect(attempt).rejects.toThrow('query: must be one of "live-at", "history", "why"');
});

it('throws CatalogUnreadable where no catalog was compiled', async () => {
  mockBucket();
  await expect(ask({ query: 'live-at', at: RELEASED_AT })).rejects.toBeInstanceOf(CatalogUnreadable);
});

it('throws TransientFailure when DynamoDB throttles', async () => {
  ledger.refuseNext('Query', 'ProvisionedThroughputExceededException');
  await expect(ask({ query: 'history', service: 'orders' })).rejects.toBeInstanceOf(TransientFailure);
});
