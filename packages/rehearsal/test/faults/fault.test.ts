import { fault, faultLabel } from '../../faults/fault.ts';

describe('fault', () => {
  it('is plain data: a printed fault parses to the same fault', () => {
    const one = fault.parse({ kind: 'slow', service: 'sns', ms: 5_000 });
    expect(fault.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
  });

  it('by default strikes one call, the first', () => {
    expect(fault.parse({ kind: 'throttle' })).toEqual({ kind: 'throttle', skip: 0, times: 1, chance: 1 });
  });

  it.each([
    [{ kind: 'earthquake' }],
    [{ kind: 'slow' }],
    [{ kind: 'throttle', times: 0 }],
    [{ kind: 'throttle', operatoin: 'GetAlias' }],
    [{ kind: 'event', act: 'eat', source: 'aws.codedeploy' }],
  ])('refuses %j', (written) => {
    expect(fault.safeParse(written).success).toBe(false);
  });

  it('is labelled by its kind, and by its act where the kind has several', () => {
    expect(faultLabel(fault.parse({ kind: 'redrive', machine: 'MonitorDeployment', after: 1 }))).toBe(
      'redrive',
    );
    const lost = fault.parse({ kind: 'event', act: 'lose', source: 'aws.states' });
    expect(faultLabel(lost)).toBe('event-lose');
  });
});
