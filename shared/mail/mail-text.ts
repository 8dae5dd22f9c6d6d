/** A mail as SNS sends it: a subject and a plain text body. */
export interface Mail {
  readonly subject: string;
  readonly body: string;
  /** `critical`: somebody is to be woken. Absent where it is news like any other. */
  readonly severity?: 'critical';
}

/** One block of a mail: a heading over lines. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly string[];
}

/**
 * Bytes of a body. SNS takes 262,144 of a message and its attributes together (API reference, Publish); the rest is room
 * for these.
 */
export const mostBytes = 260_000;

/** Bytes of a footer: it names owners, and a parameter of the catalog may have 8 KB. */
const mostFooterBytes = 16_000;

const cutHere = '\n  (cut off here: the mail is as long as SNS takes it)';

/**
 * Lays out a mail as plain text: a first sentence that says it all, then sections, then a footer. A mail that would be too
 * long for SNS loses the ends of its longest sections.
 *
 * The subject is cut to what SNS takes: ASCII, no line breaks or control characters, under 100 characters
 * (SNS API reference, Publish).
 */
export function layOut(
  subject: string,
  lead: string,
  sections: readonly Section[],
  footer: readonly string[],
): Mail {
  const blocks = sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ heading, lines }) => [heading, ...lines.map((line) => `  ${line}`)].join('\n'));
  const end = firstBytes(plain(footer.join('\n')), mostFooterBytes);
  const body = [...fitIntoBytes([lead, ...blocks].map(plain), mostBytes - Buffer.byteLength(end)), end].join(
    '\n\n',
  );
  return { subject: asciiSubject(subject), body };
}

/** Rows of two columns, the first padded to the longest. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

/** The line that says whom a mail is for: there is one topic for all. None where the catalog names nobody. */
export function forOwners(owners: readonly string[] | undefined): string[] {
  return owners && owners.length > 0 ? [`For: ${owners.join(', ')}`] : [];
}

/** The first lines of a long list, and how many were left out. */
export function shorten(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`];
}

/** `2026-01-05 09:04:20 UTC` */
export function instant(time: string | number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `4 min 15 s`, `2 h 5 min`, `12 s` */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Where a person looks at an execution: the Step Functions console. */
export function executionUrl(executionArn: string): string {
  const region = executionArn.split(':')[3] ?? '';
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`;
}

/** Text that can be sent: no half characters, and of control characters only line breaks and tabs. */
function plain(text: string): string {
  return Buffer.from(text.replace(/[^\P{Cc}\n\t]|[\uFFFE\uFFFF]/gu, ' ')).toString();
}

/** Cuts the longest of the blocks, so that all of them with the gaps behind them fit into so many bytes. */
function fitIntoBytes(blocks: readonly string[], bytes: number): string[] {
  const gap = 2;
  const kept = [...blocks];
  const bySize = [...blocks.entries()]
    .map(([index, block]) => ({ index, size: Buffer.byteLength(block) + gap }))
    .sort((a, b) => a.size - b.size);
  let left = bytes;
  for (const [place, { index, size }] of bySize.entries()) {
    const share = Math.min(size, Math.floor(left / (bySize.length - place)));
    if (share < size) kept[index] = cut(blocks[index] ?? '', share - gap);
    left -= share;
  }
  return kept;
}

function cut(block: string, bytes: number): string {
  return firstBytes(block, bytes - Buffer.byteLength(cutHere)) + cutHere;
}

/** The beginning of a text that has at most so many bytes; no character is cut in two. */
function firstBytes(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = Math.max(0, bytes);
  // A byte 10xxxxxx continues the character before it.
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.subarray(0, end).toString();
}

function asciiSubject(text: string): string {
  const ascii = text
    .normalize('NFKD')
    // An accent stands apart from its letter now; the letter stays.
    .replace(/\p{Mark}+/gu, '')
    .replace(/[–—]/g, '-')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
}
