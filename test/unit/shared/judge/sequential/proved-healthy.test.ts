import { nothingWorks } from '../../../../../shared/judge/sequential/nothing-works.ts';
import { provedHealthy } from '../../../../../shared/judge/sequential/proved-healthy.ts';

it.each([
  [102, 0, 0.05, '97.210897'],
  [103, 0, 0.05, '101.893087'],
  [524, 0, 0.01, '99.622566'],
  [525, 0, 0.01, '100.544566'],
  [525, 1, 0.01, '8.344559'],
  [1280, 1, 0.01, '5066.739735'],
  [100, 5, 0.05, '0.081904'],
])('proves that %d requests, %d of them bad, are below %d', (requests, bad, limit, evidence) => {
  expect(Math.exp(provedHealthy({ requests, bad }, limit)).toFixed(6)).toBe(evidence);
});

it.each([
  [1052, 0.005],
  [2634, 0.002],
])('needs %d requests without a bad one for a limit of %d', (requests, limit) => {
  expect(provedHealthy({ requests, bad: 0 }, limit)).toBeGreaterThanOrEqual(Math.log(100));
  expect(provedHealthy({ requests: requests - 1, bad: 0 }, limit)).toBeLessThan(Math.log(100));
});

it('proves nothing against a limit that nothing exceeds', () => {
  expect(provedHealthy({ requests: 1e6, bad: 0 }, 1)).toBe(0);
});

it.each([
  [22, 22, '7481.827643'],
  [23, 23, '11222.741464'],
  [30, 28, '21305.673248'],
])('says that nothing works when of %d requests %d fail', (requests, bad, evidence) => {
  expect(Math.exp(nothingWorks([{ requests, bad }])).toFixed(6)).toBe(evidence);
  expect(
    Math.exp(
      nothingWorks([
        { requests: 10, bad: 10 },
        { requests: requests - 10, bad: bad - 10 },
      ]),
    ).toFixed(6),
  ).toBe(evidence);
});
