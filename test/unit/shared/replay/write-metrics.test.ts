import * as fc from 'fast-check';
import { servicePolicy } from '../../../../shared/catalog/service-entry.ts';
import { parseMetrics } from '../../../../shared/replay/metrics-file.ts';
import type { RecordedDeployment } from '../../../../shared/replay/recorded-deployment.ts';
import { recordedMetrics } from '../../../../shared/replay/recorded-metrics.ts';
import { replayPolicy } from '../../../../shared/replay/replay-policy.ts';
import { metricsText } from '../../../../shared/replay/write-metrics.ts';
import { minutesLater, minutesOf, none, recording, start } from './recordings.ts';

fc.configureGlobal({ seed: 1, numRuns: 40 });

/** The deployments as read back from a file of metrics. */
function readAgain(deployments: readonly RecordedDeployment[], slowOverMs?: number): RecordedDeployment[] {
  const file = parseMetrics(metricsText(deployments, [], slowOverMs));
  if ('problems' in file) throw new Error(JSON.stringify(file.problems));
  return [...recordedMetrics(file.rows, slowOverMs).deployments];
}
const judged = (deployments: readonly RecordedDeployment[]) =>
  replayPolicy({
    service: 'orders',
    policy: servicePolicy.parse({}),
    deployments: deployments.map((one) => ({ ...one, subject: 'orders:5' })),
    normalOf: () => undefined,
  });

const errors = (most: number, length: number) =>
  fc.array(fc.integer({ min: 0, max: most }), { minLength: length, maxLength: length });

it('a written file reads back as the same deployments', () => {
  fc.assert(
    fc.property(errors(60, 10), errors(600, 30), fc.string({ minLength: 1 }), (split, full, name) => {
      fc.pre(name.trim() === name && !name.includes('\r'));
      const one = recording({ split, full }, { release: name, label: 'bad', onset: minutesLater(3) });
      expect(readAgain([one])).toEqual([one]);
    }),
  );
});

it('times within a minute change no verdict', () => {
  fc.assert(
    fc.property(errors(8, 10), errors(30, 30), fc.integer({ min: 0, max: 59_999 }), (split, full, ms) => {
      const exact = recording({ split, full }, { shifts: [{ at: start + ms, share: 0.1 }] });
      const one = { ...exact, aloneFrom: minutesLater(9) + ms };
      const results = [[one], readAgain([one])].map((all) =>
        judged(all).map(({ result, rule }) => [result, rule]),
      );
      expect(results[1]).toEqual(results[0]);
    }),
  );
});

it('all at once stays all at once', () => {
  const at = start + 20_000;
  const one = recording({ split: [] }, { shifts: [{ at, share: 1 }], aloneFrom: at });
  const [again] = readAgain([one]);
  expect(again).toMatchObject({ aloneFrom: start, control: [] });
});

it('a minute without requests is a row, so that the record ends where it ended', () => {
  const one = recording({}, { released: minutesOf(60, none(3)), to: minutesLater(60) });
  expect(readAgain([one])[0]).toMatchObject({ to: minutesLater(60) });
});

it('has slow requests under their boundary, and history without deployments', () => {
  const slow = recording(
    {},
    { released: minutesOf(60, none(10)).map((minute) => ({ ...minute, timed: 61, slow: 61 })) },
  );
  const steps = [-10, -5, 0, 55, 60].map((n) => ({ at: minutesLater(n), requests: 10, errors: 0, slow: 1 }));
  const text = metricsText([slow], [{ function: 'orders', steps }], 850);
  const lines = text.split('\n');
  expect(lines[0]).toBe(
    'minute,deployment,version,requests,errors,function,release,share,label,onset,slowOver850',
  );
  expect(lines.filter((line) => line.includes('alias'))).toEqual([
    '2026-01-05T08:50Z,,alias,10,0,orders,,,,,1',
    '2026-01-05T08:55Z,,alias,10,0,orders,,,,,1',
    '2026-01-05T10:00Z,,alias,10,0,orders,,,,,1',
  ]);
  expect(lines.find((line) => line.includes('new'))).toBe(
    '2026-01-05T09:00Z,d-1,new,60,0,orders,d-1,0.1,,,60',
  );
});
