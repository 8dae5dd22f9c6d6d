/** `09:08:21`, UTC, as in the mails. */
export function clockTime(time: number | string): string {
  return new Date(time).toISOString().slice(11, 19);
}

/** A text on one line, cut to `width` characters. */
export function oneLine(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}

/** Rows in columns, each as wide as its widest cell but the last. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A heading, underlined. */
export function heading(text: string): string[] {
  return ['', text, '-'.repeat(text.length)];
}
