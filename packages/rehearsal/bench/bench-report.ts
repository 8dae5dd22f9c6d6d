/** The result of a benchmark. */
export interface BenchReport {
  /** The measurement in one line. */
  readonly title: string;
  readonly columns: readonly string[];
  /** Cells as text, one per column. */
  readonly rows: readonly (readonly string[])[];
  /** The same results as data, for `--json`. */
  readonly figures: object;
  /** The limits that were missed, each in words. */
  readonly failed: readonly string[];
}

/** The report as lines of text, numbers right-aligned. */
export function renderReport({ title, columns, rows, failed }: BenchReport): string[] {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return /^[a-z]/i.test(rows[0]?.[index] ?? '') ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const verdict = failed.length === 0 ? ['All limits kept.'] : failed.map((one) => `NOT REACHED: ${one}`);
  return [title, '', line(columns), ...rows.map(line), '', ...verdict];
}
