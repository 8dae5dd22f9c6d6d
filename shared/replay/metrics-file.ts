import { fewProblems, type InputProblem } from '../check-input.ts';
import { isoTime } from '../iso-time.ts';
import { minuteMs } from '../judge/sequential/baseline.ts';
import { nearestName } from '../nearest-name.ts';
import { shownText } from '../plain-text.ts';
import { readYaml } from '../read-yaml.ts';
import type { Label } from './recorded-deployment.ts';

/** The version whose requests a row counts: the new one, its control, or an alias while nothing is deployed. */
export type RowVersion = 'new' | 'control' | 'alias';

/** One row of a metrics file: counts of one version in one minute; of an alias also in five. */
export interface MetricsRow {
  /** Its beginning, ms since the epoch. */
  readonly at: number;
  /** Empty for an alias while nothing is deployed. */
  readonly deployment: string;
  readonly version: RowVersion;
  readonly requests: number;
  readonly errors: number;
  /** Slow requests, by the boundary over which they are counted, ms. */
  readonly slow: ReadonlyMap<number, number>;
  /** Empty in a file without that column. */
  readonly function: string;
  /** The deployment, in a file without that column. */
  readonly release: string;
  readonly share?: number;
  readonly label?: Label;
  /** ms since the epoch */
  readonly onset?: number;
}

/** A metrics file: its rows and boundaries of slow requests, or its problems, ten at most. */
export type MetricsFile =
  | { readonly rows: readonly MetricsRow[]; readonly boundaries: readonly number[] }
  | { readonly problems: readonly InputProblem[] };

/** Required and optional columns, besides columns such as slowOver850. */
export const neededColumns = ['minute', 'deployment', 'version', 'requests', 'errors'] as const;
export const otherColumns = ['function', 'release', 'share', 'label', 'onset'] as const;

const slowColumn = /^slowOver([1-9]\d{0,6})$/;

/** A row as text, and its place: `line 7` of CSV, `row 6` of JSON. */
interface WrittenRow {
  readonly place: string;
  readonly fields: ReadonlyMap<string, string>;
}

type Written =
  | { readonly columns: ReadonlyMap<string, string>; readonly rows: readonly WrittenRow[] }
  | { readonly problems: readonly InputProblem[] };

/** Reads the text of a metrics file: CSV with a header, or a JSON list of objects with the same names. */
export function parseMetrics(text: string): MetricsFile {
  const clean = text.replace(/^\uFEFF/, '');
  const written = /^\s*[[{]/.test(clean) ? readJson(clean) : readCsv(clean);
  if ('problems' in written) return { problems: fewProblems(written.problems) };
  const wrongColumns = checkColumns(written.columns);
  if (wrongColumns.length > 0) return { problems: fewProblems(wrongColumns) };
  const problems: InputProblem[] = [];
  const rows = written.rows.flatMap((row) => {
    const read = readRow(row, problems);
    return read ? [{ ...read, place: row.place }] : [];
  });
  // A row that is wrong by itself may be the one that another row needs.
  if (problems.length === 0) problems.push(...checkTogether(rows));
  if (problems.length === 0 && !written.columns.has('release')) problems.push(...checkReleases(rows));
  if (problems.length > 0) return { problems: fewProblems(problems) };
  const boundaries = [...written.columns.keys()].flatMap((name) => {
    const [, boundary] = slowColumn.exec(name) ?? [];
    return boundary === undefined ? [] : [Number(boundary)];
  });
  return { rows: rows.map(({ place, ...row }) => row), boundaries };
}

function checkColumns(columns: ReadonlyMap<string, string>): InputProblem[] {
  const known = [...neededColumns, ...otherColumns];
  const unknown = [...columns].filter(
    ([name]) => !known.some((one) => one === name) && !slowColumn.test(name),
  );
  const missing = neededColumns.filter((name) => !columns.has(name));
  const [place = 'line 1'] = columns.values();
  return [
    ...missing.map((name) => ({
      path: place,
      reason: `there is no column ${name}: a file needs ${neededColumns.join(', ')}, with commas between them`,
    })),
    ...unknown.map(([name, at]) => {
      const nearest = nearestName(name, [...known, 'slowOver850']);
      const meant =
        nearest === undefined
          ? `: besides those that it needs, a file may have ${otherColumns.join(', ')}, and slowOver850 for requests over 850 ms`
          : `; did you mean ${nearest}?`;
      return { path: at, reason: `"${shownText(name)}" is not a column${meant}` };
    }),
  ];
}

function readRow({ place, fields }: WrittenRow, problems: InputProblem[]): MetricsRow | undefined {
  const before = problems.length;
  const wrong = (column: string, reason: string) => {
    problems.push({ path: place, reason: `${column}: ${reason}` });
    return undefined;
  };
  const text = (column: string) => (fields.get(column) ?? '').trim();
  const count = (column: string): number => {
    const value = text(column);
    if (/^\d{1,15}$/.test(value)) return Number(value);
    wrong(column, `must be a whole number, 0 or more, not "${shownText(value)}"`);
    return 0;
  };
  const time = (column: string): number => {
    const value = text(column);
    const at = isoTime(value);
    if (at !== undefined) return at;
    wrong(
      column,
      `must be a time with its offset from UTC, such as 2026-01-05T09:00Z, not "${shownText(value)}"`,
    );
    return 0;
  };
  const at = time('minute');
  if (at % minuteMs !== 0) wrong('minute', `must be the beginning of a minute, not "${text('minute')}"`);
  const deployment = text('deployment');
  const version = text('version');
  if (version !== 'new' && version !== 'control' && version !== 'alias') {
    wrong('version', `must be new, control, or alias while nothing is deployed, not "${shownText(version)}"`);
  } else if (version === 'alias' && deployment !== '') {
    wrong('deployment', 'must be empty where the version is alias');
  } else if (version !== 'alias' && deployment === '') {
    wrong('deployment', `must not be empty where the version is ${version}`);
  }
  const requests = count('requests');
  const errors = count('errors');
  if (errors > requests) wrong('errors', `${errors} are more than the ${requests} requests`);
  const slow = new Map<number, number>();
  for (const column of fields.keys()) {
    const boundary = slowColumn.exec(column)?.[1];
    if (boundary === undefined) continue;
    const over = count(column);
    if (over > requests) wrong(column, `${over} are more than the ${requests} requests`);
    slow.set(Number(boundary), over);
  }
  const share = text('share') === '' ? undefined : Number(text('share'));
  if (share !== undefined && !(share >= 0 && share <= 1)) {
    wrong(
      'share',
      `must be a share from 0 to 1, not a percentage: ten percent are 0.1, not "${shownText(text('share'))}"`,
    );
  }
  const label = text('label');
  if (label !== '' && label !== 'good' && label !== 'bad') {
    wrong('label', `must be good, bad or empty, not "${shownText(label)}"`);
  }
  const onset = text('onset') === '' ? undefined : time('onset');
  if (problems.length > before) return undefined;
  return {
    at,
    deployment,
    version: version as RowVersion,
    requests,
    errors,
    slow,
    function: text('function'),
    release: text('release') || deployment,
    ...(share !== undefined && { share }),
    ...(label !== '' && { label: label as Label }),
    ...(onset !== undefined && { onset }),
  };
}

/** Simultaneous deployments of several functions may be one release, or one may replace the other: only a person knows. */
function checkReleases(rows: readonly MetricsRow[]): InputProblem[] {
  const deployed = rows.filter(({ deployment }) => deployment !== '');
  const functions = new Set(deployed.map((row) => row.function));
  if (functions.size < 2) return [];
  const reason = `it has deployments of ${functions.size} functions: add the column release, which says what was released together`;
  return [{ path: '', reason }];
}

/** Problems between rows that are each valid alone. */
function checkTogether(rows: readonly (MetricsRow & { readonly place: string })[]): InputProblem[] {
  const problems: InputProblem[] = [];
  const seen = new Map<string, string>();
  const said = new Map<string, { readonly value: string; readonly place: string }>();
  /** A deployment has the same value in all rows that have one. */
  const once = (deployment: string, place: string, column: string, value: string | undefined) => {
    if (value === undefined) return;
    const key = JSON.stringify([deployment, column]);
    const before = said.get(key);
    if (!before) said.set(key, { value, place });
    else if (before.value !== value) {
      const name = shownText(deployment);
      const words = `${column}: deployment ${name} has "${shownText(value)}" here and "${shownText(before.value)}" in ${before.place}`;
      problems.push({ path: place, reason: `${words}; it may have one` });
    }
  };
  for (const { place, deployment, version, at, function: name, release, label, onset } of rows) {
    const key = JSON.stringify([deployment, version, at, deployment === '' ? name : '']);
    const first = seen.get(key);
    if (first !== undefined) {
      problems.push({
        path: place,
        reason: `minute: this minute of the same version is in ${first} already`,
      });
    }
    seen.set(key, first ?? place);
    if (deployment === '') continue;
    once(deployment, place, 'function', name);
    once(deployment, place, 'release', release);
    once(deployment, place, 'label', label);
    once(deployment, place, 'onset', onset === undefined ? undefined : new Date(onset).toISOString());
  }
  const withNew = new Set(
    rows.filter(({ version }) => version === 'new').map(({ deployment }) => deployment),
  );
  const without = new Map(
    rows
      .filter(({ deployment }) => deployment !== '' && !withNew.has(deployment))
      .map(({ deployment, place }) => [deployment, place] as const)
      .reverse(),
  );
  for (const [deployment, place] of without) {
    problems.push({
      path: place,
      reason: `deployment: ${shownText(deployment)} has no row of the version new: without its requests there is nothing to judge`,
    });
  }
  for (const { place, deployment, onset } of rows) {
    if (onset === undefined || said.get(JSON.stringify([deployment, 'label']))?.value === 'bad') continue;
    problems.push({
      path: place,
      reason: 'onset: is for a deployment with the label bad: add the label, or leave the onset empty',
    });
    break;
  }
  if (withNew.size === 0 && problems.length === 0) {
    problems.push({ path: '', reason: 'it has no deployment: no row has the version new' });
  }
  return problems;
}

function readJson(text: string): Written {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const read = readYaml(text);
    const problems =
      'problems' in read ? read.problems : [{ path: '', reason: 'it is YAML: write JSON or CSV' }];
    return { problems: problems.map(({ path, reason }) => ({ path, reason: `is not JSON: ${reason}` })) };
  }
  if (!Array.isArray(value)) return { problems: [{ path: '', reason: 'must be a list of rows' }] };
  const columns = new Map<string, string>();
  const problems: InputProblem[] = [];
  const rows = value.map((one: unknown, index): WrittenRow => {
    const place = `row ${index + 1}`;
    const isRow = typeof one === 'object' && one !== null && !Array.isArray(one);
    if (!isRow) problems.push({ path: place, reason: 'must be an object' });
    const fields = new Map<string, string>();
    for (const [name, field] of isRow ? Object.entries(one) : []) {
      if (!columns.has(name)) columns.set(name, place);
      if (typeof field === 'string' || typeof field === 'number') fields.set(name, String(field));
      else if (field !== null)
        problems.push({ path: place, reason: `${shownText(name)}: must be a text or a number` });
    }
    return { place, fields };
  });
  if (rows.length === 0) return { problems: [{ path: '', reason: 'it has no row' }] };
  return problems.length > 0 ? { problems } : { columns, rows };
}

/** RFC 4180: commas between cells, quotes around a cell that has a comma, a quote or a line break; blank lines are left out. */
function readCsv(text: string): Written {
  const lines: { readonly place: string; readonly cells: readonly string[] }[] = [];
  let cells: string[] = [];
  let cell = '';
  let line = 1;
  let began = 1;
  let quotedSince: number | undefined;
  const endLine = () => {
    cells.push(cell);
    if (cells.length > 1 || cell.trim() !== '') lines.push({ place: `line ${began}`, cells });
    cells = [];
    cell = '';
  };
  for (let n = 0; n < text.length; n += 1) {
    const char = text[n] as string;
    if (char === '\n') line += 1;
    if (quotedSince !== undefined) {
      if (char !== '"') cell += char;
      else if (text[n + 1] === '"') {
        cell += '"';
        n += 1;
      } else quotedSince = undefined;
    } else if (char === '"' && cell === '') quotedSince = line;
    else if (char === ',') {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') {
      endLine();
      began = line;
    } else if (char !== '\r') cell += char;
  }
  if (quotedSince !== undefined) {
    return { problems: [{ path: `line ${quotedSince}`, reason: 'a quote begins here and never ends' }] };
  }
  endLine();
  const [header, ...rest] = lines;
  if (!header) return { problems: [{ path: '', reason: 'it is empty' }] };
  const names = header.cells.map((name) => name.trim());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    return { problems: [{ path: header.place, reason: `the column "${shownText(twice)}" is there twice` }] };
  }
  const columns = new Map(names.map((name) => [name, header.place]));
  if (rest.length === 0) return { problems: [{ path: '', reason: 'it has no row under its header' }] };
  const uneven = rest.filter(({ cells: own }) => own.length !== names.length);
  if (uneven.length > 0 && checkColumns(columns).length === 0) {
    return {
      problems: uneven.map(({ place, cells: own }) => ({
        path: place,
        reason: `has ${own.length} cells, and the header ${names.length}`,
      })),
    };
  }
  const rows = rest.map(({ place, cells: own }) => ({
    place,
    fields: new Map(names.map((name, index) => [name, own[index] ?? ''])),
  }));
  return { columns, rows };
}
