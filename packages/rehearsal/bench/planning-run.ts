import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { parseCompiledCatalog } from '../../../shared/catalog/compiled-catalog.ts';
import { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import { criticalPath, rollbackOrder } from '../../../shared/cut/rollback-order.ts';
import { selectTargets } from '../../../shared/cut/select-targets.ts';
import { type PlanningCase, type PlanningLoad, planningCase } from './planning-catalog.ts';

/** One row: times in ms, each the median of the repetitions. */
export interface PlanningRow {
  readonly seed: number;
  readonly load: PlanningLoad;
  readonly services: number;
  readonly releases: number;
  /** Services whose releases were read. */
  readonly read: number;
  readonly moved: number;
  readonly catalogMs: number;
  readonly graphMs: number;
  readonly selectMs: number;
  readonly orderMs: number;
  readonly totalMs: number;
  /** The first of the repetitions. */
  readonly firstMs: number;
  /** Largest resident set of the process, including the generated catalog and ledger. */
  readonly peakMiB: number;
}

const seed = 20_260_105;
const repetitions = 7;

/** Everything but the network: the ledger and the existence of artefacts are answered from memory. */
async function plan({ load, catalog: text, releases, missing, incident }: PlanningCase) {
  const begin = performance.now();
  const catalog = parseCompiledCatalog(text);
  const parsed = performance.now();
  const graph = new DependencyGraph(Object.values(catalog.services));
  const connected = performance.now();
  let read = 0;
  const selection = await selectTargets({
    graph,
    incident,
    reader: {
      releasesOf: (service) => {
        read += 1;
        return releases.get(service) ?? [];
      },
      missingOf: ({ releaseId }) => (missing.has(releaseId) ? 'gone' : undefined),
    },
  });
  const selected = performance.now();
  if (selection.kind !== 'selected') throw new Error(`${load} of ${releases.size}: ${selection.kind}`);
  const order = rollbackOrder(
    graph,
    selection.moves.map(({ service }) => service),
  );
  criticalPath(order, () => 1);
  const end = performance.now();
  return {
    read,
    moved: selection.moves.length,
    catalogMs: parsed - begin,
    graphMs: connected - parsed,
    selectMs: selected - connected,
    orderMs: end - selected,
    totalMs: end - begin,
  };
}

async function measure(load: PlanningLoad, size: number): Promise<PlanningRow> {
  const input = planningCase(size, load, new SeededRandom(seed).fork(`${load}/${size}`));
  const first = await plan(input);
  const runs = [first];
  while (runs.length < repetitions) runs.push(await plan(input));
  const medianOf = (pick: (run: typeof first) => number): number =>
    round(runs.map(pick).sort((a, b) => a - b)[Math.floor(repetitions / 2)] as number);
  return {
    seed,
    load,
    services: size,
    releases: [...input.releases.values()].reduce((sum, releases) => sum + releases.length, 0),
    read: first.read,
    moved: first.moved,
    catalogMs: medianOf(({ catalogMs }) => catalogMs),
    graphMs: medianOf(({ graphMs }) => graphMs),
    selectMs: medianOf(({ selectMs }) => selectMs),
    orderMs: medianOf(({ orderMs }) => orderMs),
    totalMs: medianOf(({ totalMs }) => totalMs),
    firstMs: round(first.totalMs),
    // libuv gives it in kilobytes on every platform.
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

const [load, size] = process.argv.slice(2);
console.log(JSON.stringify(await measure(load as PlanningLoad, Number(size))));
