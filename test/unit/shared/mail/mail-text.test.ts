import * as fc from 'fast-check';
import {
  columns,
  duration,
  executionUrl,
  instant,
  layOut,
  mostBytes,
} from '../../../../shared/mail/mail-text.ts';

fc.configureGlobal({ seed: 1 });

const subjectOf = (text: string) => layOut(text, 'lead', [], []).subject;

describe('a subject', () => {
  it('is ASCII without control characters and under 100 characters, whatever it is made from', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(subjectOf(text)).toMatch(/^[\x20-\x7e]{0,99}$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is left alone when SNS takes it as it is', () => {
    const plain = fc.stringMatching(/^\[prod\] [!-~]{1,40}( [!-~]{1,40})?$/);
    fc.assert(fc.property(plain, (text) => subjectOf(text) === text));
  });

  it.each([
    ['[prod] café: déployé', '[prod] cafe: deploye'],
    ['[prod] orders — bad', '[prod] orders - bad'],
    ['[prod] orders:\r\n bad', '[prod] orders: bad'],
    ['[prod] 注文 orders', '[prod] orders'],
    ['x'.repeat(99), 'x'.repeat(99)],
    ['x'.repeat(100), `${'x'.repeat(96)}...`],
  ])('of %j is %j', (text, subject) => {
    expect(subjectOf(text)).toBe(subject);
  });
});

describe('a body', () => {
  it('has its lead, its sections and its footer, in blocks', () => {
    const sections = [
      { heading: 'Why', lines: ['21.4 % failed', 'also: slow'] },
      { heading: 'When', lines: ['now'] },
    ];
    expect(layOut('s', 'orders is bad.', sections, ['Incident 1', 'https://…']).body).toBe(
      'orders is bad.\n\nWhy\n  21.4 % failed\n  also: slow\n\nWhen\n  now\n\nIncident 1\nhttps://…',
    );
  });

  it('leaves out a section without lines', () => {
    expect(layOut('s', 'lead', [{ heading: 'Why', lines: [] }], ['foot']).body).toBe('lead\n\nfoot');
  });
});

describe('a body that is too long for SNS', () => {
  const bytes = (text: string) => Buffer.byteLength(text);
  const rows = (count: number, text: string) =>
    Array.from({ length: count }, (_, index) => `${index} ${text}`);

  it.each([
    ['letters of one byte', 'x'.repeat(3000)],
    ['letters of two bytes', 'é'.repeat(1500)],
    ['letters of three bytes', '注'.repeat(1000)],
    ['letters of four bytes', '😀'.repeat(700)],
  ])('is cut by bytes: %s', (_, text) => {
    const sections = [
      { heading: 'What was done', lines: rows(100, text) },
      { heading: 'What is left to do', lines: ['start it again'] },
      { heading: 'Commands', lines: rows(100, text) },
    ];
    const { body } = layOut('s', 'orders is bad.', sections, ['Incident 1']);
    expect(bytes(body)).toBeLessThanOrEqual(mostBytes);
    expect(bytes(body)).toBeGreaterThan(mostBytes - 100);
    expect(body).not.toContain('\uFFFD');
    expect(body).toContain('What is left to do\n  start it again\n\n');
    expect(body.match(/cut off here/g)).toHaveLength(2);
    expect(body).toMatch(/^orders is bad\.\n\n/);
    expect(body).toMatch(/\n\nIncident 1$/);
  });

  it('fits whatever it is made from', () => {
    const piece = fc.string({ unit: 'binary', maxLength: 40 });
    const long = fc
      .tuple(piece, fc.integer({ min: 1, max: 20_000 }))
      .map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(long, fc.array(long, { maxLength: 4 }), long, (lead, texts, foot) => {
        const sections = texts.map((text, index) => ({ heading: `${index}`, lines: [text] }));
        const { body } = layOut('s', lead, sections, [foot]);
        expect(bytes(body)).toBeLessThanOrEqual(mostBytes + 2);
        // Every character is whole, so that it can be sent.
        expect(() => encodeURIComponent(body)).not.toThrow();
        expect(body).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 60 },
    );
  });

  it('is left alone where it just fits', () => {
    const lines = ['x'.repeat(mostBytes - bytes('lead\n\nWhy\n  \n\nfoot'))];
    const { body } = layOut('s', 'lead', [{ heading: 'Why', lines }], ['foot']);
    expect(bytes(body)).toBe(mostBytes);
    expect(body).not.toContain('cut off');
  });
});

it('pads the first of two columns to the longest', () => {
  expect(
    columns([
      ['a', 'one'],
      ['long', 'two'],
    ]),
  ).toEqual(['a     one', 'long  two']);
  expect(columns([])).toEqual([]);
});

it('shows an instant to the second, in UTC', () => {
  expect(instant('2026-01-05T09:04:20.999Z')).toBe('2026-01-05 09:04:20 UTC');
  expect(instant(Date.parse('2026-01-05T10:04:20+01:00'))).toBe('2026-01-05 09:04:20 UTC');
});

it.each([
  [-5, '0 s'],
  [0, '0 s'],
  [499, '0 s'],
  [12_000, '12 s'],
  [59_499, '59 s'],
  [59_500, '1 min'],
  [255_000, '4 min 15 s'],
  [3_599_000, '59 min 59 s'],
  [3_600_000, '1 h'],
  [7_500_000, '2 h 5 min'],
  [180_000_000, '50 h'],
])('shows %i ms as %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it('links an execution in the console of its Region', () => {
  const arn = 'arn:aws:states:eu-west-1:111122223333:execution:coordinate-rollback:orders-1';
  expect(executionUrl(arn)).toBe(
    `https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${arn}`,
  );
});
