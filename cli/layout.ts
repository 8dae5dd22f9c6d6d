import { stripVTControlCharacters, styleText } from 'node:util';
import { table } from './text-layout.ts';

/** A word with a meaning that is also shown by a colour. */
export interface Painted {
  readonly text: string;
  readonly as: Tone;
}
export type Tone = 'good' | 'doubtful' | 'bad' | 'quiet';
export type Cell = string | Painted;

/** The screen for a text. */
export interface Screen {
  /** Undefined if the text goes to a file or a pipe: then no line is broken. */
  readonly columns?: number | undefined;
  /** Lines that fit on it. */
  readonly rows?: number | undefined;
  readonly hasColours?: boolean | undefined;
}

const colours = { good: 'green', doubtful: 'yellow', bad: 'red', quiet: 'dim' } as const;

/** The width of a screen that remains beside an indent. */
export function within({ columns, hasColours }: Screen, indent: number): Screen {
  return { columns: columns === undefined ? undefined : columns - indent, hasColours };
}

/** A text in the colour of its meaning, if the screen shows colours. */
export function paint(text: string, as: Tone | 'title', { hasColours }: Screen): string {
  if (!hasColours || text === '') return text;
  // The screen is known already; `styleText` would check standard output, which may be another one.
  return styleText(as === 'title' ? 'bold' : colours[as], text, { validateStream: false });
}

/**
 * Rows under a header, at most as wide as the screen. Nothing is cut: in a table that is too wide, cells break between
 * words; if that is not enough, each row becomes a block with a line for each column.
 */
export function fitTable(
  header: readonly string[],
  rows: readonly (readonly Cell[])[],
  screen: Screen,
): string[] {
  if (rows.length === 0) return [];
  const texts = rows.map((row) => row.map(textOf));
  const widths = fitWidths([header, ...texts], screen.columns ?? Infinity);
  if (!widths) return blocks(header, rows, screen);
  return [header, ...rows].flatMap((row, index) => {
    const cells = row.map((cell, column) => wrap(textOf(cell), widths[column] ?? Infinity));
    const height = Math.max(...cells.map((lines) => lines.length));
    return Array.from({ length: height }, (_, line) =>
      row
        .map((cell, column) => {
          const text = cells[column]?.[line] ?? '';
          const tone = index === 0 ? 'title' : toneOf(cell);
          const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - text.length));
          return (tone ? paint(text, tone, screen) : text) + (column < row.length - 1 ? padding : '');
        })
        .join(gap)
        .trimEnd(),
    );
  });
}

/**
 * Lines of text, broken between words if they are wider than the screen. The text continues below its beginning: after the
 * name in a list of names, or else indented deeper. A line for copying stays whole.
 */
export function fitLines(lines: readonly string[], { columns }: Screen): string[] {
  if (columns === undefined) return [...lines];
  return lines.flatMap((line) => {
    if (line.length <= columns || toBeCopied.test(line)) return line;
    const [indent = ''] = /^ */.exec(line) ?? [];
    const [name = ''] = /^ *\S(?:.*?\S)? {2,}(?=\S)/.exec(line) ?? [];
    const hasRoom =
      name.length <= columns / 2 && longestWord(line.slice(name.length)) <= columns - name.length;
    const [first, hang] = name && hasRoom ? [name, name.length] : [indent, indent.length + 2];
    return wrap(line.slice(first.length), columns - hang).map((part, n) =>
      ((n === 0 ? first : ' '.repeat(hang)) + part).trimEnd(),
    );
  });
}

/**
 * The first lines, as many as fit on the screen; if some are left out, the last line gives their number and the command that
 * shows them.
 *
 * @param rest the command that shows all of them
 */
export function fitScreen(lines: readonly string[], rest: string, { columns, rows }: Screen): string[] {
  if (columns === undefined || rows === undefined) return [...lines];
  const height = (line: string) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
  const firstOf = (room: number) => {
    let used = 0;
    const end = lines.findIndex((line) => {
      used += height(line);
      return used > room;
    });
    return end < 0 ? lines : lines.slice(0, end);
  };
  // The cursor takes the line below the last one.
  const room = rows - 1;
  if (firstOf(room).length === lines.length) return [...lines];
  const left = (count: number) => `${count} more lines: ${rest}`;
  const shown = firstOf(room - height(left(lines.length)));
  return [...shown, left(lines.length - shown.length)];
}

/** A command or an address. */
const toBeCopied = /^ *(rollback-coordinator |https:)/;

/** A text broken between words; a word longer than the width stays whole. */
export function wrap(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].filter((one, n, all) => one !== '' || all.length === 1 || n > 0);
}

const gap = '  ';

function longestWord(text: string): number {
  return Math.max(...text.split(' ').map((word) => word.length));
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function toneOf(cell: Cell): Tone | undefined {
  return typeof cell === 'string' ? undefined : cell.as;
}

/** The widths of columns with which a row fits; undefined if a word is too long for that. */
function fitWidths(rows: readonly (readonly string[])[], columns: number): number[] | undefined {
  const widths: number[] = [];
  const least: number[] = [];
  for (const row of rows) {
    for (const [column, text] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
      least[column] = Math.max(least[column] ?? 0, longestWord(text));
    }
  }
  let over = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1)) - columns;
  while (over > 0) {
    // The column with the most spare width shrinks.
    const spare = widths.map((width, column) => width - (least[column] ?? 0));
    const column = spare.indexOf(Math.max(...spare));
    if ((spare[column] ?? 0) <= 0) return undefined;
    widths[column] = (widths[column] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

/** Each row as a block: the first cell over the others, each under the name of its column. */
function blocks(header: readonly string[], rows: readonly (readonly Cell[])[], screen: Screen): string[] {
  return rows.flatMap(([first = '', ...others]) => {
    const tone = toneOf(first);
    const named = others
      .map((cell, n) => ({ name: (header[n + 1] ?? '').toLowerCase(), cell }))
      .filter(({ cell }) => textOf(cell) !== '');
    const lines = table(named.map(({ name, cell }) => [`  ${name}`, textOf(cell)]));
    return [tone ? paint(textOf(first), tone, screen) : textOf(first), ...fitLines(lines, screen)];
  });
}
