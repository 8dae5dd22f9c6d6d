import { answersAt, assertBehaviour, type Behaviour, type Moment } from '../../traffic/behaviour.ts';

const base = { errorRate: 0.001, latencyMs: 100, latencySpread: 0.3 };
const MINUTE = 60_000;

function moment(over: Partial<Moment> = {}): Moment {
  return { at: 0, sinceStartMs: 0, sinceReleaseMs: 0, share: 1, shareOf: () => 0, ...over };
}

describe('answersAt', () => {
  it('is the behaviour itself without phases', () => {
    expect(answersAt(base, moment())).toBe(base);
  });

  it('turns bad only after a time since the release', () => {
    const code: Behaviour = {
      ...base,
      phases: [{ since: 'release', from: 45 * MINUTE, errorRate: 0.2, bad: true }],
    };
    expect(answersAt(code, moment({ sinceReleaseMs: 45 * MINUTE - 1 })).errorRate).toBe(0.001);
    expect(answersAt(code, moment({ sinceReleaseMs: 45 * MINUTE }))).toMatchObject({
      errorRate: 0.2,
      latencyMs: 100,
      bad: true,
    });
  });

  it('is bad only between two times of the rehearsal', () => {
    const code: Behaviour = { ...base, phases: [{ from: 10, until: 20, latencyMs: 900 }] };
    const at = (sinceStartMs: number) => answersAt(code, moment({ sinceStartMs })).latencyMs;
    expect([at(9), at(10), at(19), at(20)]).toEqual([100, 900, 900, 100]);
  });

  it('applies to a part of the requests, and the others fail as without the phase', () => {
    const code: Behaviour = {
      ...base,
      phases: [{ part: (at) => at / 100, errorRate: 0.501, latencyMs: 900 }],
    };
    expect(answersAt(code, moment({ at: 0 }))).toBe(code);
    expect(answersAt(code, moment({ at: 50 })).errorRate).toBeCloseTo(0.251);
    expect(answersAt(code, moment({ at: 100 })).errorRate).toBeCloseTo(0.501);
  });

  it('depends on the share of the traffic', () => {
    const code: Behaviour = { ...base, phases: [{ minShare: 0.5, errorRate: 1 }] };
    expect(answersAt(code, moment({ share: 0.49 })).errorRate).toBe(0.001);
    expect(answersAt(code, moment({ share: 0.5 })).errorRate).toBe(1);
  });

  it('comes and goes', () => {
    const code: Behaviour = {
      ...base,
      phases: [{ every: { periodMs: 100, forMs: 30 }, from: 50, errorRate: 1 }],
    };
    const at = (sinceStartMs: number) => answersAt(code, moment({ sinceStartMs })).errorRate;
    expect([at(40), at(50), at(79), at(80), at(149), at(150), at(180)]).toEqual([
      0.001, 1, 1, 0.001, 0.001, 1, 0.001,
    ]);
  });

  it("can depend on another function's version", () => {
    const code: Behaviour = {
      ...base,
      phases: [
        {
          beside: { functionName: 'payment', alias: 'live', version: '7', minShare: 0.3 },
          errorRate: 0.5,
        },
      ],
    };
    const beside = (share: number) =>
      answersAt(code, moment({ shareOf: (f, a, v) => (`${f}:${a}:${v}` === 'payment:live:7' ? share : 0) }))
        .errorRate;
    expect([beside(0), beside(0.29), beside(0.3)]).toEqual([0.001, 0.001, 0.5]);
  });

  it('uses the first phase that holds', () => {
    const code: Behaviour = {
      ...base,
      phases: [
        { from: 10, errorRate: 0.5 },
        { from: 0, errorRate: 0.1 },
      ],
    };
    expect(answersAt(code, moment({ sinceStartMs: 5 })).errorRate).toBe(0.1);
    expect(answersAt(code, moment({ sinceStartMs: 15 })).errorRate).toBe(0.5);
  });
});

describe('assertBehaviour', () => {
  it.each([
    [{ ...base, errorRate: 1.1 }, 'errorRate'],
    [{ ...base, latencyMs: 0 }, 'latencyMs'],
    [{ ...base, latencySpread: -1 }, 'latencySpread'],
    [{ ...base, phases: [{ errorRate: -0.1 }] }, 'errorRate'],
    [{ ...base, phases: [{ every: { periodMs: 0, forMs: 1 } }] }, 'periodMs'],
  ])('refuses %j', (behaviour, member) => {
    expect(() => assertBehaviour(behaviour, 'orders:5')).toThrow(member);
  });

  it('accepts a valid behaviour', () => {
    expect(() => assertBehaviour({ ...base, phases: [{ errorRate: 1 }] }, 'orders:5')).not.toThrow();
  });
});
