import type { SideBySide, VersionSpan } from '../../../../shared/aws/signals.ts';
import { servicePolicy } from '../../../../shared/catalog/service-entry.ts';
import type { CheckpointRecord } from '../../../../shared/ledger/checkpoint-records.ts';
import { checkpointSubjectOf } from '../../../../shared/ledger/checkpoint-subject.ts';
import type { ReleaseRecord, WatchedDeployment } from '../../../../shared/ledger/records.ts';
import { readHistories, readReleases } from '../../../../shared/replay/read-releases.ts';
import { LedgerDouble } from '../../fixtures/ledger-double.ts';
import { FUNCTION, releaseRecord, watchedDeployment } from '../../fixtures/records.ts';
import { normal } from './recordings.ts';

const begun = Date.parse('2026-01-05T09:00:00Z');
const minute = 60_000;
const at = (minutes: number) => new Date(begun + minutes * minute).toISOString();
/** Four hours after the first release. */
const now = begun + 240 * minute;

let ledger: LedgerDouble;
let asked: VersionSpan[];
beforeEach(() => {
  ledger = new LedgerDouble();
  asked = [];
});

const signals = {
  async sideBySide(span: VersionSpan): Promise<SideBySide> {
    asked.push(span);
    return { released: [], control: [], until: Math.floor(span.to / minute) * minute };
  },
};
const policy = servicePolicy.parse({ bake: { maxMinutes: 30 }, limits: { slow: { overMs: 850 } } });
const read = (changes: object = {}) =>
  readReleases(
    { signals, releases: ledger.releases, checkpoints: ledger.checkpoints },
    { service: 'orders', policy, from: undefined, now, ...changes },
  );

/** A release with one deployment that begins `minutes` later. */
async function release(
  minutes: number,
  deployment: Partial<WatchedDeployment> = {},
  changes: Partial<ReleaseRecord> = {},
): Promise<ReleaseRecord> {
  const watched = watchedDeployment({
    deploymentId: `d-${minutes}`,
    createdAt: at(minutes),
    normal,
    ...deployment,
  });
  const startedAt = at(minutes);
  const record = releaseRecord({
    releaseId: `orders-${startedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z`,
    startedAt,
    deployments: { [watched.deploymentId]: watched },
    ...changes,
  });
  await ledger.releases.open(record);
  return record;
}

/** A look's record of the only deployment of a release. */
async function checkpoint(record: ReleaseRecord, changes: Partial<CheckpointRecord>): Promise<void> {
  const [deployment] = Object.values(record.deployments) as [WatchedDeployment];
  await ledger.checkpoints.record({
    ...checkpointSubjectOf(record, deployment),
    phase: 'traffic-shifting',
    status: 'InProgress',
    at: changes.shiftingSince ?? at(0),
    seenAt: changes.shiftingSince ?? at(0),
    evidence: [],
    ...changes,
  });
}

it('reads a canary from its times in the ledger: split, then alone, to the end of the longest bake', async () => {
  const canary = await release(0, {}, { verdict: 'good' });
  await checkpoint(canary, { shiftingSince: at(1), share: 0.1 });
  await checkpoint(canary, {
    phase: 'bake',
    shiftingSince: at(1),
    shiftedAt: at(11),
    share: 1,
    seenAt: at(12),
  });
  const found = await read();
  expect(found).toMatchObject({ tooOld: 0, unserved: 0 });
  expect(found.deployments).toEqual([
    {
      id: 'd-0',
      release: canary.releaseId,
      function: `${FUNCTION}:live`,
      subject: `${FUNCTION}:5`,
      functions: 1,
      released: [],
      control: [],
      from: begun,
      to: begun + 51 * minute,
      shifts: [{ at: begun + minute, share: 0.1 }],
      aloneFrom: begun + 11 * minute,
      label: 'good',
    },
  ]);
  expect(asked).toEqual([
    {
      function: FUNCTION,
      alias: 'live',
      version: '5',
      control: '4',
      from: begun,
      to: begun + 51 * minute,
      slowOverMs: 850,
      alone: { from: begun + 11 * minute, to: begun + 51 * minute },
    },
  ]);
  expect(found.deployments.map((one) => found.normalOf(one, []))).toEqual([normal]);
});

it('a share that grew between looks is a step; one that fell is none', async () => {
  const linear = await release(0);
  await checkpoint(linear, { shiftingSince: at(1), share: 0.1 });
  await checkpoint(linear, {
    phase: 'health-validation',
    verdict: 'insufficient',
    seenAt: at(5),
    share: 0.4,
  });
  await checkpoint(linear, { phase: 'health-validation', verdict: 'healthy', seenAt: at(9), share: 0.2 });
  const [found] = (await read()).deployments;
  expect(found?.shifts).toEqual([
    { at: begun + minute, share: 0.1 },
    { at: begun + 5 * minute, share: 0.4 },
  ]);
  expect(found).not.toHaveProperty('aloneFrom');
  expect(found).not.toHaveProperty('label');
});

it('all at once has no control', async () => {
  const one = await release(0);
  await checkpoint(one, { shiftingSince: at(1), shiftedAt: at(1), share: 1 });
  await read();
  expect(asked[0]).toMatchObject({ control: undefined, alone: { from: begun + minute } });
});

it('ends where the next release begins to move the alias', async () => {
  const first = await release(0);
  await checkpoint(first, { shiftingSince: at(1), shiftedAt: at(2) });
  const next = await release(20, { fromVersion: '5', toVersion: '6' });
  await checkpoint(next, { shiftingSince: at(21), shiftedAt: at(31) });
  await read();
  expect(asked.map(({ version, to }) => [version, (to - begun) / minute])).toEqual([
    ['5', 21],
    ['6', 71],
  ]);
});

it('ends where traffic went back', async () => {
  const bad = await release(0, {}, { verdict: 'bad' });
  await checkpoint(bad, { shiftingSince: at(1), share: 0.1 });
  await ledger.checkpoints.record({
    deploymentId: 'd-back',
    service: 'orders',
    kind: 'rollback',
    target: 'CreateOrder:live',
    function: FUNCTION,
    alias: 'live',
    fromVersion: '5',
    toVersion: '4',
    createdAt: at(6),
    phase: 'traffic-shifting',
    status: 'Succeeded',
    at: at(6.5),
    seenAt: at(7),
    shiftingSince: at(6.5),
    shiftedAt: at(6.5),
    evidence: [],
  });
  const { deployments } = await read();
  expect(deployments[0]).toMatchObject({ to: begun + 6 * minute, label: 'bad' });
  expect(deployments[0]).not.toHaveProperty('aloneFrom');
  expect(asked[0]).toMatchObject({ control: '4', alone: undefined });
});

it('ends where an incident pointed the alias back', async () => {
  const bad = await release(0);
  await checkpoint(bad, { shiftingSince: at(1), shiftedAt: at(2) });
  await ledger.checkpoints.recordPointed(
    { service: 'orders', incidentId: bad.releaseId },
    { target: 'CreateOrder:live', function: FUNCTION, alias: 'live', toVersion: '4' },
    begun + 9 * minute,
  );
  expect((await read()).deployments[0]).toMatchObject({ to: begun + 9 * minute });
});

it('treats an alias that its stack moved alone as moved at once', async () => {
  const moved = {
    target: 'Worker:live',
    function: 'worker',
    alias: 'live',
    toVersion: '8',
    movedAt: at(3),
    baseline: { requests: 0, errors: 0, minutes: 0 },
  };
  await release(
    0,
    {},
    { deployments: {}, moved: { 'Worker:live': moved }, statedGood: { by: 'Ada', reason: 'x', at: at(9) } },
  );
  const { deployments, normalOf } = await read();
  expect(deployments[0]).toMatchObject({
    id: `Worker:live ${at(3)}`,
    subject: 'worker:8',
    aloneFrom: begun + 3 * minute,
    label: 'good',
  });
  expect(asked[0]).toMatchObject({ control: undefined, from: begun + 3 * minute });
  expect(deployments.map((one) => normalOf(one, []))).toEqual([undefined]);
});

it('counts deployments that never had traffic, and releases that are too old, without reading either', async () => {
  await release(0, { servedFrom: null });
  await release(-16 * 24 * 60);
  await release(-20 * 24 * 60);
  const all = await read({ from: begun - 17 * 24 * 60 * minute });
  expect(all).toMatchObject({ deployments: [], unserved: 1, tooOld: 1 });
  expect(await read()).toMatchObject({ unserved: 1, tooOld: 0 });
  expect(asked).toEqual([]);
});

it('reads nothing from CloudWatch where every release is too old', async () => {
  await release(0);
  expect(await read({ from: now })).toEqual({
    deployments: [],
    normalOf: expect.any(Function),
    tooOld: 0,
    unserved: 0,
    aliases: new Map(),
  });
});

it('reads all pages of releases', async () => {
  for (let n = 0; n < 120; n += 1) await release(n, { servedFrom: at(n) });
  expect((await read()).deployments).toHaveLength(120);
  const since = await read({ from: begun + 60 * minute });
  expect(since.deployments.map(({ id }) => id)).toHaveLength(60);
});

it('only reads', async () => {
  const one = await release(0);
  await checkpoint(one, { shiftingSince: at(1), shiftedAt: at(2) });
  const before = ledger.calls.length;
  await read();
  expect([...new Set(ledger.calls.slice(before))]).toEqual(['Query']);
});

it("reads the aliases' traffic before their first deployment and until the last", async () => {
  await release(0, { servedFrom: at(1) });
  await release(50, { servedFrom: at(51), fromVersion: '5', toVersion: '6' });
  const found = await read();
  const spans: object[] = [];
  const history = async (span: object) => {
    spans.push(span);
    return [];
  };
  expect(await readHistories({ history }, found, 850, now)).toEqual([
    { function: `${FUNCTION}:live`, steps: [] },
  ]);
  expect(spans).toEqual([
    {
      function: FUNCTION,
      alias: 'live',
      from: now - (63 * 24 - 1) * 60 * minute,
      to: begun + 50 * minute,
      slowOverMs: 850,
    },
  ]);
});
