import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { jsonWord, shellWord } from '../../shared/by-hand/shell-word.ts';
import { isPlain, oneLine } from '../../shared/plain-text.ts';
import { installedShells, wordsOf } from './terminal.ts';

const nasty = [
  ...[
    "'",
    '"',
    '\\',
    '`',
    '$',
    '!',
    '\n',
    '\r',
    '\t',
    '\x1b',
    '\x7f',
    '-',
    '~',
    '=',
    '#',
    '*',
    '?',
    '[',
    '{',
    ' ',
  ],
  ...[
    '$(touch x)',
    '`id`',
    '$LATEST',
    '!!',
    "'\\''",
    '; rm -rf /',
    '&& x',
    '| x',
    '> x',
    '\u2028',
    '\u202e',
    '\u00ad',
  ],
  ...['é', '…', '日本', '😀', '\u{e0001}', '=ls', '--help', '%s', '\\047', '0', '^x^y', 'file://x'],
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...nasty), { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }).map((one) => one.replaceAll('\0', '')),
);
const texts = fc.array(text, { minLength: 1, maxLength: 20 });

describe.each(installedShells())('%s', (shell) => {
  // dash lacks the quoting with which a text with line breaks stays one line.
  const taken = (words: readonly string[]) => (shell === 'dash' ? words.filter(isPlain) : [...words]);

  it('returns every text unchanged', () => {
    fc.assert(
      fc.property(texts, (all) => {
        const words = taken(all);
        if (words.length > 0) expect(wordsOf(shell, words.map(shellWord).join(' '))).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });

  it('returns every value that JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), texts, (value, keys) => {
        const whole = { value, list: keys, [keys[0] ?? '']: keys[0] };
        const [word = ''] = wordsOf(shell, jsonWord(whole));
        expect(JSON.parse(word)).toEqual(JSON.parse(JSON.stringify(whole)));
      }),
      { numRuns: 60 },
    );
  });
});

it('is one line that a mail leaves unchanged', () => {
  fc.assert(
    fc.property(text, (one) => {
      expect(oneLine(shellWord(one))).toBe(shellWord(one));
      expect(oneLine(jsonWord(one))).toBe(jsonWord(one));
    }),
  );
});

it('does not refer to an older line at a prompt', () => {
  fc.assert(
    fc.property(texts, (all) => {
      const lines = [
        'set -o history',
        'set -o histexpand',
        'echo older',
        `printf '%s\\0' ${all.map(shellWord).join(' ')}`,
      ];
      const { stdout } = spawnSync('bash', ['--noprofile', '--norc'], {
        input: `${lines.join('\n')}\n`,
        encoding: 'utf8',
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' },
      });
      expect(stdout).toBe(`older\n${all.map((one) => `${one}\0`).join('')}`);
    }),
    { numRuns: 60 },
  );
});

it.each([
  ['orders', 'orders'],
  [
    'arn:aws:lambda:eu-west-1:111122223333:function:orders',
    'arn:aws:lambda:eu-west-1:111122223333:function:orders',
  ],
  ['', "''"],
  ['$LATEST', "'$LATEST'"],
  ["it's", String.raw`'it'\''s'`],
  ['two\nlines', String.raw`$'two\012lines'`],
  ['\0', "'\uFFFD'"],
  ['\ud800', "'\uFFFD'"],
])('writes %j as %s', (one, word) => {
  expect(shellWord(one)).toBe(word);
});
