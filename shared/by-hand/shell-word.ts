import { isPlain } from '../plain-text.ts';

/** Words that bash, zsh and every POSIX shell leave unchanged. zsh expands `=name` and `~` at the beginning of a word. */
const bare = /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+:,./=-]*$/;

/**
 * A text as one word of a line for bash or zsh, which the shell turns back into the same text: nothing in it is expanded,
 * run or taken for the end of the word, neither in a script nor typed at a prompt, where `!` stands for older lines.
 *
 * Single quotes do that (POSIX.1-2017, "Shell Command Language", 2.2.2). Only a text with characters that a mail cannot
 * show, such as line breaks, is written with their bytes in octal (bash manual, "ANSI-C Quoting"; zsh has the same). The
 * character NUL, which no argument of a command can have, becomes U+FFFD.
 */
export function shellWord(text: string): string {
  // A lone surrogate becomes U+FFFD as well: it has no bytes.
  const whole = Buffer.from(text).toString().replaceAll('\0', '\uFFFD');
  if (bare.test(whole)) return whole;
  if (isPlain(whole)) return `'${whole.replaceAll("'", String.raw`'\''`)}'`;
  return `$'${[...whole].map((character) => (mayStand(character) ? character : octal(character))).join('')}'`;
}

/** A value as a word of JSON. Characters that a mail cannot show get JSON's own escapes. */
export function jsonWord(value: unknown): string {
  const text = JSON.stringify(value);
  return shellWord(
    [...text].map((character) => (isPlain(character) ? character : escaped(character))).join(''),
  );
}

/**
 * Whether a character may stand between `$'` and `'`. A quote, a backslash or a `!` there would confuse bash's search for
 * older lines.
 */
function mayStand(character: string): boolean {
  return isPlain(character) && !/['\\!]/.test(character);
}

/** Three digits each, so that a following digit is not read as part of them. */
function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
