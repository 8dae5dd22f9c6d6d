import { momentOf } from '../../cli/until.ts';

const now = Date.parse('2026-01-05T09:00:00Z');

it.each([
  ['30m', '2026-01-05T09:30:00.000Z'],
  ['2h', '2026-01-05T11:00:00.000Z'],
  ['1d', '2026-01-06T09:00:00.000Z'],
  ['2026-01-05T12:00:00Z', '2026-01-05T12:00:00.000Z'],
  ['2026-01-05T12:00+01:00', '2026-01-05T11:00:00.000Z'],
  ['noon', undefined],
  ['', undefined],
  ['2026-01-05', undefined],
  ['2026-01-05T12:00:00', undefined],
  ['2026-13-05T12:00:00Z', undefined],
  ['2w', undefined],
])('%j is %j', (text, moment) => {
  expect(momentOf(text, now)).toBe(moment);
});
