import * as fc from 'fast-check';
import { type Cell, fitLines, fitScreen, fitTable, paint, wrap } from '../../cli/layout.ts';
import { screenOf } from '../../cli/screen.ts';

const header = ['NAME', 'WHAT', 'SINCE'];
const rows = [
  ['orders', 'version 5 of two functions, one of them new', '2026-01-05 09:00:00 UTC'],
  ['payment', 'version 3', '2026-01-04 09:00:00 UTC'],
];

it('a table in a pipe is as wide as its content', () => {
  expect(fitTable(header, rows, {})).toEqual([
    'NAME     WHAT                                         SINCE',
    'orders   version 5 of two functions, one of them new  2026-01-05 09:00:00 UTC',
    'payment  version 3                                    2026-01-04 09:00:00 UTC',
  ]);
});

it('a table breaks its cells between words where the screen is narrower', () => {
  expect(fitTable(header, rows, { columns: 60 })).toEqual([
    'NAME     WHAT                        SINCE',
    'orders   version 5 of two            2026-01-05 09:00:00 UTC',
    '         functions, one of them new',
    'payment  version 3                   2026-01-04 09:00:00 UTC',
  ]);
});

it('a table becomes blocks where a word is too long for its column', () => {
  const long = [['orders', 'x'.repeat(60), '2026-01-05']];
  expect(fitTable(header, long, { columns: 70 })).toEqual([
    'orders',
    `  what   ${'x'.repeat(60)}`,
    '  since  2026-01-05',
  ]);
});

it('a text continues behind its name, and a command stays whole', () => {
  const command = '  rollback-coordinator approve orders-20260105T090500Z --by NAME';
  expect(
    fitLines(['  why      five of six words are here', 'a sentence of several words', command], {
      columns: 24,
    }),
  ).toEqual([
    '  why      five of six',
    '           words are',
    '           here',
    'a sentence of several',
    '  words',
    command,
  ]);
});

describe('a screen that is watched', () => {
  const lines = ['one', 'two', 'three', 'four'];

  it('shows everything that fits above the cursor', () => {
    expect(fitScreen(lines, 'status', { columns: 80, rows: 5 })).toEqual(lines);
    expect(fitScreen(lines, 'status', { columns: 80 })).toEqual(lines);
  });

  it('says how many lines are left out, and which command shows them', () => {
    expect(fitScreen(lines, 'status', { columns: 80, rows: 4 })).toEqual([
      'one',
      'two',
      '2 more lines: status',
    ]);
  });

  it('is never higher than the terminal, and reports every omitted line', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 50 });
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.integer({ min: 10, max: 40 }),
        fc.integer({ min: 8, max: 40 }),
        (text, columns, rows) => {
          const shown = fitScreen(text, 'status', { columns, rows });
          const height = shown.reduce((sum, one) => sum + Math.max(1, Math.ceil(one.length / columns)), 0);
          expect(height).toBeLessThan(rows);
          const [, left = '0'] = /^(\d+) more lines: status$/.exec(shown.at(-1) ?? '') ?? [];
          const kept = left === '0' ? shown : shown.slice(0, -1);
          expect([...kept, ...text.slice(kept.length)]).toEqual(text);
          expect(text.length - kept.length).toBe(Number(left));
        },
      ),
    );
  });
});

it('a screen is as large as its stream is now', () => {
  const stream = { isTTY: true, columns: 80, rows: 24 };
  const screen = screenOf(stream, {});
  Object.assign(stream, { columns: 200, rows: 50 });
  expect(screen).toMatchObject({ columns: 200, rows: 50 });
});

it('no table without rows', () => {
  expect(fitTable(header, [], {})).toEqual([]);
});

it('colours are for terminals that show them', () => {
  const cell: Cell = { text: 'bad', as: 'bad' };
  const plain = fitTable(['VERDICT', 'X'], [[cell, 'y']], {});
  const coloured = fitTable(['VERDICT', 'X'], [[cell, 'y']], { hasColours: true });
  expect(plain).toEqual(['VERDICT  X', 'bad      y']);
  expect(coloured[1]).toBe('\u001b[31mbad\u001b[39m      y');
  expect(paint('x', 'bad', {})).toBe('x');
});

it.each([
  ['a pipe', {}, {}, {}],
  ['a terminal', { isTTY: true, columns: 80 }, {}, { columns: 80, hasColours: true }],
  ['NO_COLOR', { isTTY: true, columns: 80 }, { NO_COLOR: '1' }, { columns: 80, hasColours: false }],
  ['an empty NO_COLOR', { isTTY: true, columns: 80 }, { NO_COLOR: '' }, { columns: 80, hasColours: true }],
  ['a dumb terminal', { isTTY: true, columns: 80 }, { TERM: 'dumb' }, { columns: 80, hasColours: false }],
])('%s', (_, stream, env, screen) => {
  expect(screenOf(stream, env)).toEqual(screen);
});

const word = fc.stringMatching(/^[a-z]{1,30}$/);
const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
const wordsOf = (lines: readonly string[]) => lines.join(' ').split(/\s+/).filter(Boolean).sort();

it('no word is ever lost, and a line is too wide only for a word that is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(word, text, text), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 45, max: 200 }),
      (drawn, columns) => {
        const lines = fitTable(header, drawn, { columns });
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
        const shown = wordsOf(lines);
        for (const one of wordsOf(drawn.flat())) expect(shown).toContain(one);
      },
    ),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 30, max: 80 }), (one, width) => {
      expect(wrap(one, width).join(' ')).toBe(one);
      expect(wordsOf(fitLines([`  ${one}`], { columns: width }))).toEqual(wordsOf([one]));
    }),
  );
});
