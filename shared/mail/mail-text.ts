import { type Command, commandLines } from '../by-hand/command.ts';
import { oneLine } from '../plain-text.ts';
import type { Link } from './links.ts';
import type { UsersMeet } from './users-meet.ts';

/**
 * `info`: nothing to do; `warning`: a person has to act, but users do not wait for it; `critical`: users may be on bad code
 * and nothing more happens automatically, or a deadline runs.
 */
export type Severity = 'info' | 'warning' | 'critical';

/** A mail as SNS sends it: a subject, a plain text body, and its urgency. */
export interface Mail {
  readonly subject: string;
  readonly body: string;
  readonly severity: Severity;
}

/** A line of prose is wrapped. A command, an input or a link is kept whole, so that it can be copied. */
export type Line =
  | string
  | {
      readonly text: string;
      readonly whole?: true;
      /** Columns by which the lines after the first are indented. */
      readonly hang?: number;
    };

/** One block of a mail: a heading over lines. */
export interface Section {
  readonly heading: string;
  readonly lines: readonly Line[];
}

/** Work for the reader. */
export interface Task {
  /** One sentence, as an order. */
  readonly task: string;
  /** The deadline and its consequence, in words. */
  readonly by: string;
  /** A deadline, ISO 8601, which the subject names. */
  readonly deadline?: string;
  /** Instructions in detail. */
  readonly how: readonly Line[];
  /** Pages on which the reader looks and acts. */
  readonly links: readonly [Link, ...Link[]];
}

/**
 * The content of a mail, in reading order. The first screen has the same parts in every mail: the event, the traffic of
 * users, the task and its deadline.
 */
export interface MailText {
  readonly environment: string;
  readonly severity: Severity;
  /** A service, a deployment or the catalog: the subject begins with it. */
  readonly about: string;
  /** The rest of the subject, in a few words. */
  readonly headline: string;
  /** The id by which a mail program joins the mails of one incident or release. */
  readonly thread?: string;
  /** The event, in one sentence. It holds no text that a person typed: its second line would look like one of ours. */
  readonly happened: string;
  /** Traffic: a row for each function, or a sentence if none was read. */
  readonly now: readonly [Line, ...Line[]];
  /** The traffic that `now` describes; absent if none was read. */
  readonly meet?: UsersMeet;
  /** The future traffic of users if nobody acts. */
  readonly next: string;
  readonly todo: 'nothing' | Task;
  /** The plan, or the result. */
  readonly plan: readonly Section[];
  /** Reasons, in numbers. */
  readonly why: readonly Line[];
  readonly details: readonly Section[];
  readonly footer: readonly string[];
  /** It only says that all is well, and may wait for the digest. */
  readonly mayWait?: true;
  /** The question of the mail: the incident and the plan that an answer is about. */
  readonly approval?: { readonly incidentId: string; readonly planDigest: string };
}

/** Columns of a line: a phone and a terminal show as many. */
export const mostColumns = 78;

/** Lines of the first screen. */
export const firstScreenLines = 12;

/** Columns of the labels of the first screen. */
const labelColumns = 8;

/**
 * Bytes of a body. SNS takes 262,144 for a message and its attributes together (API reference, Publish); the rest is room
 * for these.
 */
export const mostBytes = 260_000;

/**
 * Bytes of a critical mail's body: it may be sent as JSON, beside a text for a phone, in which each character may take two
 * bytes.
 */
const mostBytesOfCritical = 125_000;

/** Bytes of a footer: it names owners, and a parameter of the catalog may have 8 KB. */
const mostFooterBytes = 16_000;

const cutHere = '\n  (cut off here: the mail is as long as SNS takes it)';

/**
 * Lays out a mail as plain text. A mail that is too long for SNS loses the ends of its longest sections.
 *
 * A line stays one line whatever text it repeats: when it is wrapped, the rest is indented deeper than any line of ours. So
 * no text from outside looks like a section, a command or a footer of ours.
 *
 * The subject is cut to the limits of SNS: ASCII, no line breaks or control characters, under 100 characters (SNS API
 * reference, Publish).
 */
export function layOut(mail: MailText): Mail {
  const { screen, more } = firstScreen(mail);
  const sections: Section[] = [
    ...taskSections(mail.todo),
    { heading: 'Other functions', lines: more },
    ...mail.plan,
    { heading: 'Why', lines: mail.why },
    ...mail.details,
  ];
  const blocks = sections.filter(({ lines }) => lines.length > 0).map(blockOf);
  const end = firstBytes(mail.footer.flatMap((line) => wrap(line, 0, 4)).join('\n'), mostFooterBytes);
  const most = mail.severity === 'critical' ? mostBytesOfCritical : mostBytes;
  const parts = fitIntoBytes([screen, ...blocks], most - Buffer.byteLength(end));
  return { subject: subjectOf(mail), body: [...parts, end].join('\n\n'), severity: mail.severity };
}

/** The first screen of a mail, as text. */
export function firstScreenOf(mail: MailText): string {
  return firstScreen(mail).screen;
}

/** The first lines of a mail, and the lines of its traffic that have no room there. */
function firstScreen({ happened, now, next, todo }: MailText): { screen: string; more: Line[] } {
  const head = [...wrap(happened, 0, 0), ''];
  const tail = [
    ...labelled('Next', [next]),
    ...(todo === 'nothing'
      ? labelled('Do', ['nothing'])
      : [...labelled('Do', [todo.task]), ...labelled('By', [todo.by])]),
  ];
  const room = firstScreenLines - head.length - tail.length;
  let shown = now.length;
  const nowLines = () =>
    labelled('Now', [
      ...now.slice(0, shown),
      ...(shown < now.length ? [`and ${now.length - shown} more, below`] : []),
    ]);
  while (shown > 1 && nowLines().length > room) shown -= 1;
  return { screen: [...head, ...nowLines(), ...tail].join('\n'), more: now.slice(shown) };
}

function labelled(label: string, lines: readonly Line[]): string[] {
  return lines
    .flatMap((line) => wrap(line, labelColumns, labelColumns))
    .map((line, index) => (index === 0 ? label.padEnd(labelColumns) + line.trimStart() : line));
}

function taskSections(todo: MailText['todo']): Section[] {
  if (todo === 'nothing') return [];
  return [
    { heading: 'How', lines: todo.how },
    {
      heading: 'Links',
      lines: columns(todo.links.map(({ what, url }) => [what, url])).map(whole),
    },
  ];
}

function blockOf({ heading, lines }: Section): string {
  return [oneLine(heading), ...lines.flatMap((line) => wrap(line, 2, 6))].join('\n');
}

/** A line that is not wrapped. */
export function whole(text: string): Line {
  return { text, whole: true };
}

/** A command, line by line, broken where the shell allows it. */
export function runLines(command: Command): Line[] {
  return commandLines(command).map(whole);
}

/** A line wrapped to the width of a mail: its first line is indented by `indent` columns, the following ones by `hang`. */
function wrap(line: Line, indent: number, hang: number): string[] {
  const { text, whole: isWhole = false, hang: own = 0 } = typeof line === 'string' ? { text: line } : line;
  const plain = oneLine(text);
  if (isWhole) return [' '.repeat(indent) + plain];
  const rest = ' '.repeat(Math.max(hang, own > 0 ? indent + own : 0));
  const lines: string[] = [];
  let current = ' '.repeat(indent);
  let isEmpty = true;
  for (const [piece] of plain.matchAll(/ *[^ ]+|^ *$/g)) {
    if (!isEmpty && current.length + piece.length > mostColumns) {
      lines.push(current);
      current = rest + piece.trimStart();
    } else {
      current += piece;
    }
    isEmpty = false;
  }
  return [...lines, current];
}

/** Rows of two columns, the first padded to the longest. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}

/** The widest first column beside which the second one is wrapped. */
const widestLeft = 30;

/** Rows of two columns of a mail; a wrapped second column stays a column. */
export function rows(pairs: readonly (readonly [string, string])[]): Line[] {
  const width = Math.max(0, ...pairs.map(([left]) => left.length));
  return columns(pairs).map((text) => (width <= widestLeft ? { text, hang: width + 2 } : text));
}

/** The line that names a mail's recipients, since there is one topic for all; none if the catalog names no owners. */
export function forOwners(owners: readonly string[] | undefined): string[] {
  return owners && owners.length > 0 ? [`For: ${owners.join(', ')}`] : [];
}

/** The first lines of a long list, and the number left out. */
export function shorten<T>(lines: readonly T[], most: number): (T | string)[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`];
}

/** Names in a sentence, the first of many. */
export function shortList(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `1 service`, `12 services` */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
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

/** Input for starting coordinate-rollback. It names the release: a newer one may be live by the time a mail is read. */
export function rollbackInput({
  service,
  releaseId,
}: {
  readonly service: string;
  readonly releaseId: string;
}): string {
  return `{"service": "${service}", "releaseId": "${releaseId}"}`;
}

/** Cuts the longest blocks, so that all of them with the gaps after them fit into so many bytes. */
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

/** The beginning of a text, of at most so many bytes; no character is split. */
function firstBytes(text: string, bytes: number): string {
  const all = Buffer.from(text);
  if (all.length <= bytes) return text;
  let end = Math.max(0, bytes);
  // A byte 10xxxxxx continues the character before it.
  while (end > 0 && ((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.subarray(0, end).toString();
}

/** Characters of a subject: SNS takes fewer than 100. */
const mostSubject = 99;

/** The subject: a long headline is cut, never the id that joins the mails of a thread. */
function subjectOf({ environment, severity, about, headline, thread, todo }: MailText): string {
  const deadline = todo === 'nothing' ? undefined : todo.deadline;
  const call = deadline
    ? `ACTION by ${new Date(deadline).toISOString().slice(11, 16)} UTC, `
    : severity === 'critical'
      ? 'CRITICAL '
      : '';
  const end = thread === undefined ? '' : ` (${thread})`;
  return ascii(`[${environment}] ${call}${about}: ${headline}`, mostSubject - end.length) + end;
}

function ascii(text: string, most: number): string {
  const plain = text
    .normalize('NFKD')
    // After NFKD an accent stands apart from its letter, which stays.
    .replace(/\p{Mark}+/gu, '')
    .replace(/[–—]/g, '-')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.length <= most ? plain : `${plain.slice(0, most - 3).trimEnd()}...`;
}
