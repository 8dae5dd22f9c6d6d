import * as fc from 'fast-check';
import {
  columns,
  counted,
  duration,
  firstScreenLines,
  instant,
  type Line,
  layOut,
  mostBytes,
  mostColumns,
  rows,
  type Section,
  shortList,
  type Task,
  whole,
} from '../../../../shared/mail/mail-text.ts';
import { mailText } from '../../fixtures/mails.ts';

fc.configureGlobal({ seed: 1 });

const subjectOf = (headline: string) => layOut(mailText({ headline })).subject;
const bodyOf = (changes: Parameters<typeof mailText>[0]) => layOut(mailText(changes)).body;
const task: Task = {
  task: 'Approve or refuse.',
  by: '2026-01-05 09:35:00 UTC; after that nothing happens by itself',
  how: ['Start answer-approval.'],
  links: [{ what: 'start', url: 'https://example.com/start' }],
};

describe('a subject', () => {
  it('is ASCII without control characters and under 100 characters, for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(subjectOf(text)).toMatch(/^[\x20-\x7e]{0,99}$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is left alone when SNS accepts it', () => {
    const plain = fc.stringMatching(/^[!-~]{1,40}( [!-~]{1,40})?$/);
    fc.assert(fc.property(plain, (text) => subjectOf(text) === `[prod] orders: ${text}`));
  });

  it.each([
    ['café: déployé', '[prod] orders: cafe: deploye'],
    ['orders — bad', '[prod] orders: orders - bad'],
    ['a\r\n bad', '[prod] orders: a bad'],
    ['注文 orders', '[prod] orders: orders'],
    ['x'.repeat(84), `[prod] orders: ${'x'.repeat(84)}`],
    ['x'.repeat(85), `[prod] orders: ${'x'.repeat(81)}...`],
  ])('of %j is %j', (text, subject) => {
    expect(subjectOf(text)).toBe(subject);
  });

  it('ends with the whole id of its thread, whatever is cut', () => {
    const thread = fc.stringMatching(/^[a-z][a-z0-9-]{0,70}$/);
    fc.assert(
      fc.property(thread, fc.string({ maxLength: 200 }), (id, headline) => {
        const { subject } = layOut(mailText({ headline, thread: id }));
        expect(subject.length).toBeLessThan(100);
        expect(subject.endsWith(` (${id})`)).toBe(true);
      }),
    );
  });

  it('says that a mail is critical, or gives the deadline for an action', () => {
    expect(layOut(mailText({ severity: 'critical', todo: task })).subject).toBe(
      '[prod] CRITICAL orders: rolled back',
    );
    const todo = { ...task, deadline: '2026-01-05T09:35:00.000Z' };
    expect(layOut(mailText({ severity: 'critical', todo })).subject).toBe(
      '[prod] ACTION by 09:35 UTC, orders: rolled back',
    );
  });
});

describe('a body', () => {
  it('has its first screen, its sections and its footer, in blocks', () => {
    const body = bodyOf({
      todo: task,
      plan: [{ heading: 'Plan', lines: ['1 service goes back.'] }],
      why: ['21.4 % failed', 'also: slow'],
      details: [{ heading: 'When', lines: ['now'] }],
      footer: ['Incident 1', 'https://…'],
    });
    expect(body).toBe(
      [
        'orders: rolled back.\n',
        'Now     all users on the old version',
        'Next    stays so',
        'Do      Approve or refuse.',
        'By      2026-01-05 09:35:00 UTC; after that nothing happens by itself\n',
        'How\n  Start answer-approval.\n',
        'Links\n  start  https://example.com/start\n',
        'Plan\n  1 service goes back.\n',
        'Why\n  21.4 % failed\n  also: slow\n',
        'When\n  now\n',
        'Incident 1\nhttps://…',
      ].join('\n'),
    );
  });

  it('says that there is nothing to do, and leaves out a section without lines', () => {
    expect(bodyOf({ details: [{ heading: 'When', lines: [] }] })).toBe(
      'orders: rolled back.\n\nNow     all users on the old version\nNext    stays so\nDo      nothing\n\nIncident orders-1',
    );
  });

  it('wraps prose at 78 columns, and keeps commands and links whole', () => {
    const command = `aws lambda update-alias ${'--function-name long-name '.repeat(6)}`;
    const words = 'a sentence of many words '.repeat(20).trim();
    const body = bodyOf({ happened: words, next: words, why: [words, whole(command)] });
    const lines = body.split('\n');
    expect(lines.filter((line) => line.length > mostColumns)).toEqual([`  ${command}`]);
    expect(body.replace(/\s+/g, ' ')).toContain(`Why ${words}`);
  });

  it('keeps the second of two columns a column where it is wrapped', () => {
    const body = bodyOf({ why: rows([['CreateOrder', 'word '.repeat(20).trim()]]) });
    const [first = '', second = ''] = body.split('Why\n')[1]?.split('\n') ?? [];
    expect(first).toMatch(/^ {2}CreateOrder {2}word/);
    expect(second).toMatch(/^ {15}word/);
  });

  it('begins no line of ours with text from outside', () => {
    const forged = `${'x '.repeat(40)}Do      nothing`;
    const body = bodyOf({ todo: task, why: [forged], next: forged, footer: [forged] });
    expect(body.split('\n').filter((line) => line.startsWith('Do '))).toEqual(['Do      Approve or refuse.']);
  });

  it('says in its first twelve lines what users meet, the action to take and its deadline', () => {
    const words = (most: number) =>
      fc
        .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: most })
        .map((all) => all.join(' '));
    const now = fc.array(words(9), { minLength: 1, maxLength: 30 }).map((all) => all as [Line, ...Line[]]);
    fc.assert(
      fc.property(words(18), now, words(12), words(12), words(6), (happened, meet, next, what, by) => {
        const body = bodyOf({ happened, now: meet, next, todo: { ...task, task: what, by } });
        const screen = body.split('\n').slice(0, firstScreenLines);
        for (const label of ['Now ', 'Next ', 'Do ', 'By ']) {
          expect(screen.some((line) => line.startsWith(label))).toBe(true);
        }
        for (const line of meet) expect(body.replace(/\s+/g, ' ')).toContain(line as string);
      }),
    );
  });
});

describe('a body that is too long for SNS', () => {
  const bytes = (text: string) => Buffer.byteLength(text);
  const lines = (count: number, text: string) =>
    Array.from({ length: count }, (_, index) => whole(`${index} ${text}`));

  it.each([
    ['letters of one byte', 'x'.repeat(3000)],
    ['letters of two bytes', 'é'.repeat(1500)],
    ['letters of three bytes', '注'.repeat(1000)],
    ['letters of four bytes', '😀'.repeat(700)],
  ])('is cut by bytes: %s', (_, text) => {
    const plan: Section[] = [
      { heading: 'Done', lines: lines(100, text) },
      { heading: 'Left to do', lines: ['start it again'] },
      { heading: 'Commands', lines: lines(100, text) },
    ];
    const body = bodyOf({ plan });
    expect(bytes(body)).toBeLessThanOrEqual(mostBytes);
    expect(bytes(body)).toBeGreaterThan(mostBytes - 100);
    expect(body).not.toContain('\uFFFD');
    expect(body).toContain('Left to do\n  start it again\n\n');
    expect(body.match(/cut off here/g)).toHaveLength(2);
    expect(body).toMatch(/^orders: rolled back\.\n\nNow /);
    expect(body).toMatch(/\n\nIncident orders-1$/);
  });

  it('fits for any input', () => {
    const piece = fc.string({ unit: 'binary', maxLength: 40 });
    const long = fc
      .tuple(piece, fc.integer({ min: 1, max: 20_000 }))
      .map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(long, fc.array(long, { maxLength: 4 }), long, (happened, texts, foot) => {
        const plan = texts.map((text, index) => ({ heading: `${index}`, lines: [text] }));
        const body = bodyOf({ happened, plan, footer: [foot] });
        expect(bytes(body)).toBeLessThanOrEqual(mostBytes + 2);
        // Every character is complete, so that the text can be sent.
        expect(() => encodeURIComponent(body)).not.toThrow();
        expect(body).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 60 },
    );
  });

  it('is left alone where it just fits', () => {
    const around = bodyOf({ why: [whole('')] });
    const body = bodyOf({ why: [whole('x'.repeat(mostBytes - bytes(around)))] });
    expect(bytes(body)).toBe(mostBytes);
    expect(body).not.toContain('cut off');
  });
});

it('counts things, and names the first of many', () => {
  expect([counted(1, 'service'), counted(12, 'service')]).toEqual(['1 service', '12 services']);
  expect(shortList(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
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
