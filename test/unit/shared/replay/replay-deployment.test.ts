import * as fc from 'fast-check';
import { servicePolicy } from '../../../../shared/catalog/service-entry.ts';
import { judgeRelease } from '../../../../shared/judge/judge-release.ts';
import { minuteMs } from '../../../../shared/judge/sequential/baseline.ts';
import { grownShifts } from '../../../../shared/judge/shifts.ts';
import { type ReplayContext, replayDeployment } from '../../../../shared/replay/replay-deployment.ts';
import { minutesLater, none, normal, recording, start } from './recordings.ts';

fc.configureGlobal({ seed: 1, numRuns: 40 });

const policy = servicePolicy.parse({});
const context = (changes: Partial<ReplayContext> = {}): ReplayContext => ({
  policy,
  normal,
  functions: 1,
  replacedAt: undefined,
  ...changes,
});
const bake = (given: object) => ({ policy: servicePolicy.parse({ bake: given }) });

it('settles a healthy deployment at the first look after the least bake', () => {
  const found = replayDeployment(recording(), context());
  // All traffic since 09:10; looks are 20 s after a minute, and after six minutes every second one.
  expect(found).toMatchObject({
    end: 'settled',
    verdict: 'healthy',
    at: minutesLater(26) + 20_000,
    looks: 21,
  });
});

it('condemns a deployment that is bad while traffic is split, twenty seconds after the decisive minute', () => {
  const found = replayDeployment(recording({ split: [0, 0, 30, 30, 30, 30, 30, 30, 30, 30] }), context());
  expect(found).toMatchObject({
    end: 'condemned',
    verdict: 'unhealthy',
    at: minutesLater(3) + 20_000,
    looks: 3,
  });
  expect(found.evidence[0]).toMatchObject({ rule: 'compared-with-control', finding: 'breach' });
});

it('finds after the full shift a fault that begins there, and not one that begins after its watch', () => {
  const full = [...none(20), ...new Array<number>(30).fill(60)];
  const late = recording({ full });
  expect(replayDeployment(late, context())).toMatchObject({ end: 'settled', at: minutesLater(26) + 20_000 });
  const found = replayDeployment(late, context(bake({ minMinutes: 45 })));
  expect(found).toMatchObject({ end: 'condemned', verdict: 'unhealthy' });
  // In a bake that has been healthy for 20 minutes, looks come every second minute.
  expect(found.at - minutesLater(30)).toBeLessThanOrEqual(3 * minuteMs);
});

it('is undecided where the record ends before the watch does', () => {
  const short = recording({ full: none(12) });
  expect(replayDeployment(short, context())).toMatchObject({
    end: 'undecided',
    at: minutesLater(22) + 20_000,
  });
  const split = recording({ full: [] });
  expect(replayDeployment(split, context())).toMatchObject({
    end: 'undecided',
    at: minutesLater(10) + 20_000,
  });
});

it('ends where a newer release replaces it', () => {
  const found = replayDeployment(recording(), context({ replacedAt: minutesLater(18) }));
  expect(found).toMatchObject({ end: 'replaced', verdict: 'healthy', at: minutesLater(18) + 20_000 });
  // While traffic shifts, the deployment is not over yet.
  expect(replayDeployment(recording(), context({ replacedAt: minutesLater(4) })).at).toBe(
    minutesLater(10) + 20_000,
  );
});

it('condemns an observed deployment as well', () => {
  const observed = servicePolicy.parse({ autonomy: 'observe' });
  const bad = recording({ split: new Array<number>(10).fill(30) });
  expect(replayDeployment(bad, context({ policy: observed })).end).toBe('condemned');
});

it('settles without proof at the end of the longest bake', () => {
  const quiet = recording({}, { released: [{ at: start, requests: 5, errors: 0 }] });
  const found = replayDeployment(quiet, context(bake({ minMinutes: 5, maxMinutes: 20 })));
  expect(found).toMatchObject({ end: 'settled', verdict: 'insufficient' });
  expect(found.at).toBeGreaterThanOrEqual(minutesLater(30));
});

const errors = (most: number, length: number) =>
  fc.array(fc.integer({ min: 0, max: most }), { minLength: length, maxLength: length });

it('rows after its decision change nothing', () => {
  fc.assert(
    fc.property(errors(8, 10), errors(40, 50), errors(600, 50), (split, full, other) => {
      const found = replayDeployment(recording({ split, full }), context());
      fc.pre(found.end !== 'undecided');
      const until = Math.floor(found.at / minuteMs) * minuteMs;
      const seen = full.map((count, n) => (minutesLater(11 + n) <= until ? count : (other[n] ?? 0)));
      expect(replayDeployment(recording({ split, full: seen }), context())).toEqual(found);
    }),
  );
});

it('condemns while traffic is split in the minute in which the judge itself does', () => {
  fc.assert(
    fc.property(errors(6, 30), (split) => {
      const recorded = recording({ split, full: [] });
      const { released, control, subject } = recorded;
      const minute = split.findIndex((_, n) => {
        const until = minutesLater(n + 1);
        const shifts = grownShifts([], {
          share: 0.1,
          isShifting: true,
          servedFrom: start,
          aloneFrom: undefined,
          now: until,
        });
        const own = released.filter(({ at }) => at < until);
        const other = control.filter(({ at }) => at < until);
        const { limits } = policy;
        const judged = judgeRelease({
          subject,
          released: own,
          control: other,
          until,
          shifts,
          normal,
          limits,
        });
        return judged.judgement.verdict === 'unhealthy';
      });
      const found = replayDeployment(recorded, context());
      if (minute < 0) expect(found.end).toBe('undecided');
      else expect(found).toMatchObject({ end: 'condemned', at: minutesLater(minute + 1) + 20_000 });
    }),
  );
});
