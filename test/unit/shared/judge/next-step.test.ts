import * as fc from 'fast-check';
import { bakePolicy } from '../../../../shared/catalog/service-entry.ts';
import type { JudgementVerdict } from '../../../../shared/judge/judgement.ts';
import {
  metricDelaySeconds,
  type NextStep,
  type NextStepInput,
  nextStep,
  type Phase,
  secondsUntilNextLook,
} from '../../../../shared/judge/next-step.ts';

fc.configureGlobal({ seed: 1 });

/** At least 15 minutes and 100 requests, at most 120 minutes. */
const bake = bakePolicy.parse({});

type Row = [Phase, JudgementVerdict, number, number, NextStep];

describe('the step after a look', () => {
  it.each<Row>([
    // phase, verdict, requests, minutes of bake
    ['shifting', 'healthy', 5000, 0, 'look-again'],
    ['shifting', 'insufficient', 0, 0, 'look-again'],
    ['shifting', 'unhealthy', 50, 0, 'roll-back'],
    ['failed', 'unhealthy', 0, 0, 'roll-back'],
    ['failed', 'healthy', 5000, 0, 'look-again'],
    ['failed', 'insufficient', 0, 0, 'look-again'],
    ['baking', 'unhealthy', 5000, 0, 'roll-back'],
    ['baking', 'unhealthy', 5000, 120, 'roll-back'],
    ['baking', 'healthy', 100, 15, 'settle'],
    ['baking', 'healthy', 100, 14.9, 'look-again'],
    ['baking', 'healthy', 99, 15, 'look-again'],
    ['baking', 'healthy', 99, 119.9, 'look-again'],
    ['baking', 'healthy', 99, 120, 'settle'],
    ['baking', 'insufficient', 5000, 15, 'look-again'],
    ['baking', 'insufficient', 0, 119.9, 'look-again'],
    ['baking', 'insufficient', 0, 120, 'settle'],
  ])(
    '%s, %s, after %d requests and %d minutes of bake, is to %s',
    (phase, verdict, requests, minutes, next) => {
      expect(nextStep({ phase, verdict, requests, bakedMinutes: minutes, bake, over: false })).toBe(next);
    },
  );

  const good = { verdict: 'healthy', requests: 5000, bakedMinutes: 0, bake, over: false } as const;

  it('yields to an incident, whatever its own verdict', () => {
    expect(nextStep({ ...good, phase: 'failed', verdict: 'unhealthy', inTheWay: true })).toBe('yield');
    expect(nextStep({ ...good, phase: 'baking', bakedMinutes: 120, inTheWay: true })).toBe('yield');
    expect(nextStep({ ...good, phase: 'baking', over: true, inTheWay: true })).toBe('end');
  });

  it('settles an observed deployment where it would roll back, and nothing else earlier', () => {
    const observed = { ...good, onlyObserved: true };
    expect(nextStep({ ...observed, phase: 'shifting', verdict: 'unhealthy' })).toBe('settle');
    expect(nextStep({ ...observed, phase: 'failed', verdict: 'unhealthy' })).toBe('settle');
    expect(nextStep({ ...observed, phase: 'shifting' })).toBe('look-again');
  });

  it('settles a deployment that failed without a reason in its code once it is rolled back', () => {
    const failed = { ...good, phase: 'failed', verdict: 'insufficient' } as const;
    expect(nextStep({ ...failed, isTakenBack: false })).toBe('look-again');
    expect(nextStep({ ...failed, isTakenBack: true })).toBe('settle');
    expect(nextStep({ ...failed, isTakenBack: true, over: true })).toBe('end');
    expect(nextStep({ ...failed, isTakenBack: true, verdict: 'unhealthy' })).toBe('roll-back');
  });

  it('settles nothing while traffic shifts, not even without a time to bake', () => {
    const atOnce = bakePolicy.parse({ minMinutes: 0 });
    expect(nextStep({ ...good, phase: 'shifting', bake: atOnce })).toBe('look-again');
    expect(nextStep({ ...good, phase: 'baking', bake: atOnce })).toBe('settle');
    expect(nextStep({ ...good, phase: 'shifting', bakedMinutes: 120 })).toBe('look-again');
  });

  const any: fc.Arbitrary<NextStepInput> = fc.record({
    phase: fc.constantFrom<Phase>('shifting', 'baking', 'failed'),
    verdict: fc.constantFrom<JudgementVerdict>('healthy', 'unhealthy', 'insufficient'),
    requests: fc.nat(),
    bakedMinutes: fc.double({ min: 0, max: 3000, noNaN: true }),
    bake: fc.constant(bake),
    over: fc.boolean(),
    isTakenBack: fc.boolean(),
  });

  it('is the end exactly when there is nothing left to watch for', () => {
    fc.assert(fc.property(any, (input) => (nextStep(input) === 'end') === input.over));
  });

  it('is never a rollback of a release that is not bad', () => {
    fc.assert(
      fc.property(any, (input) => {
        return (nextStep(input) === 'roll-back') === (input.verdict === 'unhealthy' && !input.over);
      }),
    );
  });

  it('is never another look after the longest bake', () => {
    fc.assert(
      fc.property(any, (input) => {
        const late = {
          ...input,
          phase: 'baking' as const,
          bakedMinutes: bake.maxMinutes + input.bakedMinutes,
        };
        return nextStep(late) !== 'look-again';
      }),
    );
  });
});

describe('the time until the next look', () => {
  const now = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
  const phase = fc.constantFrom<Phase>('shifting', 'baking', 'failed');
  const baked = fc.double({ min: 0, max: 3000, noNaN: true });

  it('is whole seconds, at least one, and ends 20 s after a full minute', () => {
    fc.assert(
      fc.property(now, phase, baked, (date, inPhase, bakedMinutes) => {
        const seconds = secondsUntilNextLook({ now: date.getTime(), phase: inPhase, bakedMinutes });
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect((Math.floor(date.getTime() / 1000) + seconds) % 60).toBe(metricDelaySeconds);
      }),
    );
  });

  it('is at most a minute unless a bake is quiet, then two, and five only where that is allowed', () => {
    fc.assert(
      fc.property(now, phase, baked, fc.boolean(), (date, inPhase, bakedMinutes, mayWaitLong) => {
        const timing = { now: date.getTime(), phase: inPhase, bakedMinutes, mayWaitLong };
        const most = inPhase !== 'baking' || bakedMinutes < 6 ? 1 : mayWaitLong && bakedMinutes >= 60 ? 5 : 2;
        const seconds = secondsUntilNextLook(timing);
        expect(seconds).toBeLessThanOrEqual(most * 60);
        expect(seconds).toBeGreaterThan((most - 1) * 60);
      }),
    );
  });

  it('is never longer where five minutes are not allowed, nor for a younger bake', () => {
    fc.assert(
      fc.property(now, phase, baked, baked, fc.boolean(), (date, inPhase, one, other, mayWaitLong) => {
        const at = (bakedMinutes: number, long: boolean) =>
          secondsUntilNextLook({ now: date.getTime(), phase: inPhase, bakedMinutes, mayWaitLong: long });
        expect(at(one, false)).toBeLessThanOrEqual(at(one, true));
        expect(at(Math.min(one, other), mayWaitLong)).toBeLessThanOrEqual(
          at(Math.max(one, other), mayWaitLong),
        );
      }),
    );
  });

  it.each<[string, Phase, number, number]>([
    ['09:04:19.999', 'shifting', 0, 1],
    ['09:04:20.000', 'shifting', 0, 60],
    ['09:04:21.000', 'shifting', 0, 59],
    ['09:04:00.000', 'shifting', 0, 20],
    ['09:04:20.000', 'baking', 5.9, 60],
    ['09:04:20.000', 'baking', 6, 120],
    ['09:04:20.000', 'baking', 2880, 120],
    ['09:04:20.000', 'shifting', 90, 60],
  ])('at %s, %s for %i minutes, is %i s', (time, inPhase, bakedMinutes, seconds) => {
    const at = Date.parse(`2026-01-05T${time}Z`);
    expect(secondsUntilNextLook({ now: at, phase: inPhase, bakedMinutes })).toBe(seconds);
  });
});

describe('a deployment that is only observed', () => {
  const observed = (phase: Phase, verdict: JudgementVerdict) =>
    nextStep({ phase, verdict, requests: 500, bakedMinutes: 0, bake, over: false, onlyObserved: true });

  it.each<[Phase, JudgementVerdict]>([
    ['shifting', 'unhealthy'],
    ['baking', 'unhealthy'],
    ['failed', 'unhealthy'],
  ])('%s and %s, is settled as it is, and not rolled back', (phase, verdict) => {
    expect(observed(phase, verdict)).toBe('settle');
  });

  it('is looked at like any other while nothing speaks against it', () => {
    expect(observed('shifting', 'healthy')).toBe('look-again');
    expect(observed('baking', 'healthy')).toBe('look-again');
  });
});
