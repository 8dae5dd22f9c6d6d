import { evidenceInWords } from '../../../../shared/judge/evidence-in-words.ts';
import type { Evidence } from '../../../../shared/judge/judgement.ts';

const first = '28 % of 100 requests to orders:7 failed since 09:05 UTC';
const compared: Evidence = {
  rule: 'compared-with-control',
  finding: 'breach',
  metric: 'errors of orders:7',
  chance: 1 / 78_000_000,
  detail: `${first}, against 0.11 % of 940 of the version before in the same minutes; by chance: 1 in 78,000,000`,
};
const aboveNormal: Evidence = {
  ...compared,
  rule: 'above-normal-while-split',
  chance: 1 / 40_000,
  normal: { rate: 0.005, source: 'history', hours: 1512, requests: 900_000 },
  detail: `${first}; normal is up to 0.5 %; by chance: 1 in 40,000`,
};
const details = (...evidence: Evidence[]) => evidenceInWords(evidence).map(({ detail }) => detail);

it('reports once the finding of two tests on the same requests, with the numbers of both', () => {
  expect(evidenceInWords([compared, aboveNormal])).toEqual([
    {
      finding: 'breach',
      detail: `${compared.detail}; normal is up to 0.5 %, by chance: 1 in 40,000`,
      of: [compared.detail, aboveNormal.detail],
    },
  ]);
});

it('reports findings of other functions and metrics separately, and where they do not agree', () => {
  for (const other of [
    { ...aboveNormal, metric: 'errors of carts:3' },
    { ...aboveNormal, metric: 'slow requests of orders:7' },
    { ...aboveNormal, finding: 'note' as const },
  ]) {
    expect(details(compared, other)).toEqual([compared.detail, other.detail]);
  }
});

it('does not call a mere limit normal', () => {
  const normal = { rate: 0.05, source: 'limit', hours: 0, requests: 0 };
  expect(details(compared, { ...aboveNormal, normal })).toEqual([
    `${compared.detail}; without more history it may be up to 5 %, by chance: 1 in 40,000`,
  ]);
});

it('keeps the words of an older ledger without numbers', () => {
  const { normal: _, chance: __, ...bare } = aboveNormal;
  expect(details(compared, bare)).toEqual([`${compared.detail}; ${bare.detail}`]);
});

it('leaves all other evidence unchanged', () => {
  const check: Evidence = { rule: 'health-check', finding: 'clear', metric: 'health', detail: 'it is well' };
  expect(details(check, aboveNormal)).toEqual(['it is well', aboveNormal.detail]);
});
