import type { MinuteCount } from '../judge/samples.ts';
import { historyStepMs, minuteMs } from '../judge/sequential/baseline.ts';
import type { RecordedDeployment } from './recorded-deployment.ts';

/** Counts of an alias, in the steps of CloudWatch's history, by the function's name in its deployments. */
export interface SavedHistory {
  readonly function: string;
  readonly steps: readonly MinuteCount[];
}

/**
 * The text of a metrics file: every recorded deployment minute by minute, and the aliases' counts between them.
 *
 * @param slowOverMs the boundary over which requests were counted as slow; undefined if none were
 */
export function metricsText(
  deployments: readonly RecordedDeployment[],
  histories: readonly SavedHistory[],
  slowOverMs: number | undefined,
): string {
  const header = [
    ...['minute', 'deployment', 'version', 'requests', 'errors'],
    ...['function', 'release', 'share', 'label', 'onset'],
    ...(slowOverMs === undefined ? [] : [`slowOver${slowOverMs}`]),
  ];
  const rows = [
    ...histories.flatMap(({ function: name, steps }) => {
      const own = deployments.filter((one) => one.function === name);
      return steps
        .filter(({ at }) => !own.some(({ from, to }) => from < at + historyStepMs && to > at))
        .map((step) => rowOf(step, { deployment: '', version: 'alias', function: name, release: '' }));
    }),
    ...deployments.flatMap(rowsOf),
  ];
  const sorted = rows.sort((a, b) => a.at - b.at);
  return `${[header, ...sorted.map(({ cells }) => cells)].map(lineOf).join('\n')}\n`;

  function rowOf(
    { at, requests, errors, slow = 0 }: MinuteCount,
    of: { readonly deployment: string; readonly version: string; readonly function: string } & {
      readonly release: string;
      readonly share?: number;
      readonly label?: string;
      readonly onset?: number;
    },
  ) {
    const { deployment, version, function: name, release, share = '', label = '', onset } = of;
    const isoOnset = onset === undefined ? '' : new Date(onset).toISOString();
    return {
      at,
      cells: [
        ...[minuteText(at), deployment, version, requests, Math.min(errors, requests)],
        ...[name, release, share, label, isoOnset],
        // Durations may have arrived for more requests than errors have.
        ...(slowOverMs === undefined ? [] : [Math.min(slow, requests)]),
      ],
    };
  }

  function rowsOf(recorded: RecordedDeployment) {
    const { id, function: name, release, from, to, control, label, onset } = recorded;
    const common = { deployment: id, function: name, release };
    const released = new Map(recorded.released.map((minute) => [minute.at, minute]));
    const found = control.map((minute) => rowOf(minute, { ...common, version: 'control' }));
    // Without its row a minute would end the record too early, or have no share.
    for (let at = from; at < to; at += minuteMs) {
      const minute = released.get(at) ?? { at, requests: 0, errors: 0 };
      const said = { ...(label && { label }), ...(onset !== undefined && { onset }) };
      found.push(rowOf(minute, { ...common, version: 'new', share: shareAt(recorded, at), ...said }));
    }
    return found;
  }
}

/**
 * The share in a minute: from a shift in it, or the last one before. The minute in which all traffic moved had two versions.
 */
function shareAt({ shifts, aloneFrom }: RecordedDeployment, at: number): number {
  const [first] = shifts;
  const isAtOnce = first !== undefined && aloneFrom !== undefined && aloneFrom - first.at < minuteMs;
  const alone = isAtOnce ? Math.floor(first.at / minuteMs) * minuteMs : aloneFrom;
  if (alone !== undefined && at >= alone) return 1;
  return shifts.findLast((shift) => shift.at < at + minuteMs)?.share ?? 0;
}

function minuteText(at: number): string {
  return new Date(at).toISOString().replace(':00.000Z', 'Z');
}

function lineOf(cells: readonly (string | number)[]): string {
  return cells
    .map((cell) =>
      typeof cell === 'string' && /[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : String(cell),
    )
    .join();
}
