import * as fc from 'fast-check';
import { baselineOf } from '../../../../shared/judge/sequential/baseline.ts';
import { type MetricsRow, parseMetrics } from '../../../../shared/replay/metrics-file.ts';
import { recordedMetrics } from '../../../../shared/replay/recorded-metrics.ts';

fc.configureGlobal({ seed: 1 });

const at = (minute: number) => Date.parse('2026-01-05T09:00:00Z') + minute * 60_000;

/** Rows of `minute version requests errors share`. */
function rows(...lines: string[]): MetricsRow[] {
  const text = lines.map((line) => {
    const [minute = '0', version, requests, errors = '0', share = ''] = line.split(' ');
    const deployment = version === 'alias' ? '' : 'd-1';
    return [new Date(at(Number(minute))).toISOString(), deployment, version, requests, errors, share].join();
  });
  const file = parseMetrics(['minute,deployment,version,requests,errors,share', ...text].join('\n'));
  if ('problems' in file) throw new Error(JSON.stringify(file.problems));
  return [...file.rows];
}
const deployment = (...lines: string[]) => recordedMetrics(rows(...lines), undefined).deployments[0];

it('counts all traffic as moved after the last minute in which the control had a request', () => {
  const found = deployment(
    '0 new 0',
    '0 control 60',
    '1 new 15',
    '1 control 45',
    '2 new 60',
    '2 control 0',
    '3 new 60',
  );
  expect(found).toMatchObject({
    from: at(0),
    to: at(4),
    aloneFrom: at(2),
    shifts: [{ at: at(1), share: 0.25 }],
  });
});

it('has no time alone where the control serves to the end, or serves again', () => {
  expect(deployment('0 new 6', '0 control 54')).not.toHaveProperty('aloneFrom');
  expect(deployment('0 new 6', '0 control 54', '1 new 0', '1 control 60')).not.toHaveProperty('aloneFrom');
});

it('without a control it has all traffic from its first request on', () => {
  expect(deployment('0 new 0', '1 new 60')).toMatchObject({ aloneFrom: at(1), shifts: [{ at: at(1) }] });
});

it('a version that never had a request has no traffic', () => {
  expect(deployment('0 new 0', '0 control 60')).toMatchObject({ shifts: [] });
  expect(deployment('0 new 0', '0 control 60')).not.toHaveProperty('aloneFrom');
});

it('takes shares from their column: those that grow, and the last that is 1', () => {
  const found = deployment(
    '0 new 0 0 0.1',
    '0 control 60',
    '1 new 6 0 0.1',
    '2 new 30 0 0.5',
    '2 control 30',
    '3 new 6 0 0.1',
    '4 new 60 0 1',
    '5 new 60 0 1',
  );
  expect(found).toMatchObject({
    aloneFrom: at(4),
    shifts: [
      { at: at(0), share: 0.1 },
      { at: at(2), share: 0.5 },
    ],
  });
  expect(deployment('0 new 60 0 1', '1 new 0 0 0', '1 control 60')).not.toHaveProperty('aloneFrom');
});

it('the normal rate before a deployment comes from all older rows, of any version and step', () => {
  const count = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(fc.array(count, { minLength: 60, maxLength: 90 }), (requests) => {
      const minutes = requests.map((all, n) => `${n - 200} alias ${all} ${Math.min(all, n % 3)}`);
      const steps = new Map<number, { at: number; requests: number; bad: number }>();
      for (const [n, all] of requests.entries()) {
        const begin = Math.floor(at(n - 200) / 300_000) * 300_000;
        const sum = steps.get(begin) ?? { at: begin, requests: 0, bad: 0 };
        steps.set(begin, {
          at: begin,
          requests: sum.requests + all,
          bad: sum.bad + Math.min(all, n % 3),
        });
      }
      const own = ['0 new 6 6', '0 control 54 9', '1 new 60 60'];
      const { deployments, normalOf } = recordedMetrics(rows(...minutes, ...own), undefined);
      const found = deployments[0] && normalOf(deployments[0], []);
      const to = at(0);
      const expected = baselineOf({ from: to - (63 * 24 - 1) * 3_600_000, to, steps: [...steps.values()] });
      const { bursts, hourFactors, ...sums } = expected;
      if (requests.every((one) => one === 0)) expect(found).toBeUndefined();
      else expect(found?.errors).toMatchObject(sums);
    }),
  );
});

it('there is no normal rate without older rows, and excluded rows do not count', () => {
  const only = recordedMetrics(rows('0 new 6'), undefined);
  expect(only.deployments.map((one) => only.normalOf(one, []))).toEqual([undefined]);
  const older = recordedMetrics(rows('-120 alias 600 6', '-60 alias 600 60', '0 new 6'), undefined);
  const [one] = older.deployments;
  const bad = { from: at(-60), to: at(0) };
  expect(one && older.normalOf(one, [])?.errors.bad).toBe(66);
  expect(one && older.normalOf(one, [bad])?.errors.bad).toBe(6);
});
