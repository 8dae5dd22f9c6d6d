import { controlOf, grownShifts, shiftsBetween, type TrafficSeen } from '../../../../shared/judge/shifts.ts';

const minute = 60_000;
const seen = (changes: Partial<TrafficSeen>): TrafficSeen => ({
  share: 0.1,
  isShifting: true,
  servedFrom: 3_000,
  aloneFrom: undefined,
  now: 2 * minute,
  ...changes,
});

describe("the growth of a version's share", () => {
  it('is empty before its first traffic', () => {
    expect(grownShifts([], seen({ share: 0, servedFrom: undefined }))).toEqual([]);
  });

  it('begins with its first traffic by CodeDeploy, and with the look where CodeDeploy does not show it yet', () => {
    expect(grownShifts([], seen({}))).toEqual([{ at: 3_000, share: 0.1 }]);
    expect(grownShifts([], seen({ servedFrom: undefined }))).toEqual([{ at: 2 * minute, share: 0.1 }]);
  });

  it('has each larger share that a look finds, and no smaller one', () => {
    const first = [{ at: 3_000, share: 0.1 }];
    expect(grownShifts(first, seen({}))).toEqual(first);
    expect(grownShifts(first, seen({ share: 0.2 }))).toEqual([...first, { at: 2 * minute, share: 0.2 }]);
    expect(grownShifts(first, seen({ share: 0.05 }))).toEqual(first);
    expect(grownShifts(first, seen({ share: 0.2, isShifting: false }))).toEqual(first);
  });

  it('ends with all traffic, by CodeDeploy, once', () => {
    const first = [{ at: 3_000, share: 0.1 }];
    const end = seen({ share: 1, isShifting: false, aloneFrom: 90_000 });
    const all = [...first, { at: 90_000, share: 1 }];
    expect(grownShifts(first, end)).toEqual(all);
    expect(grownShifts(all, end)).toEqual(all);
  });

  it('consists of its ends where no look came in between', () => {
    expect(grownShifts([], seen({ share: 1, aloneFrom: 10 * minute, now: 12 * minute }))).toEqual([
      { at: 3_000, share: 0.5 },
      { at: 10 * minute, share: 1 },
    ]);
    // A deployment that failed has no share any more.
    expect(grownShifts([], seen({ share: 0, isShifting: false }))).toEqual([{ at: 3_000, share: 0.5 }]);
  });

  it('is all at once where the first traffic was all of it', () => {
    expect(shiftsBetween(3_000, 4_000)).toEqual([{ at: 3_000, share: 1 }]);
    expect(grownShifts([], seen({ share: 1, servedFrom: undefined, aloneFrom: 90_000 }))).toEqual([
      { at: 90_000, share: 1 },
    ]);
  });
});

describe('the control', () => {
  it('is the version before where traffic was split', () => {
    expect(controlOf(shiftsBetween(0, undefined), '4', '5')).toBe('4');
    expect(controlOf(shiftsBetween(0, 10 * minute), '4', '5')).toBe('4');
  });

  it('is none all at once, before any traffic, and of the same version', () => {
    expect(controlOf(shiftsBetween(0, 0), '4', '5')).toBeUndefined();
    expect(controlOf([], '4', '5')).toBeUndefined();
    expect(controlOf(shiftsBetween(0, undefined), '5', '5')).toBeUndefined();
  });
});
