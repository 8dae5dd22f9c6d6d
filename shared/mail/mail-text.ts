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
 * Lays out a mail as plain text: a first sentence that says it all, then sections, then a footer.
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
  return { subject: asciiSubject(subject), body: [lead, ...blocks, footer.join('\n')].join('\n\n') };
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
