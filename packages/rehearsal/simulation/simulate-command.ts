import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { checkInput } from '../../../shared/check-input.ts';
import { UsageError } from '../command/command-line.ts';
import type { Terminal } from '../command/rehearse-command.ts';
import { renderIncidents } from '../report/render-incidents.ts';
import { renderMails } from '../report/render-mails.ts';
import { checkWritable, readText } from '../scenario/files.ts';
import { readYaml } from '../scenario/read-yaml.ts';
import { ScenarioError } from '../scenario/scenario-problem.ts';
import { parseSimulateCommand, type SimulateCommand } from './command-line.ts';
import { drawCase } from './draw-case.ts';
import {
  renderCase,
  renderFaults,
  renderOutcomes,
  renderSettings,
  renderTimeline,
  renderViolations,
} from './render-report.ts';
import { type CaseReport, runCase } from './run-case.ts';
import { shrinkCase } from './shrink-case.ts';
import { type SimulationCase, scenarioInput, simulationCase } from './simulation-case.ts';
import { placeKey, surfaceOf } from './surface.ts';
import { runSweep } from './sweep.ts';
import { SweepTally } from './sweep-tally.ts';

const usage = `Usage: npm run simulate -- [--runs N] [--seed S] [--scenario NAME] [--json FILE] [--coverage]
       npm run simulate -- --replay SEED [--scenario NAME]
       npm run simulate -- --case FILE

Plays random scenarios with random faults against the real template, machines and functions in a simulated AWS
account, and checks that every promise is kept. Answers of AWS that are not proved are drawn too.

  --runs N         number of runs, one for each seed from S on (default 200)
  --seed S         first seed (default 1)
  --scenario NAME  random faults on this scenario (see npm run rehearse -- --list), not on random ones
  --coverage       also lists the states, catchers and retriers that no run reached
  --workers N      processes (default: one per core)
  --json FILE      writes the complete result to FILE
  --replay SEED    shows one run in full
  --case FILE      shows the run of a case that a sweep printed
  --help           shows this

Status 0: every promise was kept. 1: a promise was broken. 2: it could not be played.`;

/** The most broken runs that are shrunk and shown; the others are only named. */
const shownInFull = 3;

/** Runs the command. @returns the exit status */
export async function simulateCommand(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseSimulateCommand(argv);
    switch (command.do) {
      case 'help':
        terminal.out(usage);
        return 0;
      case 'sweep':
        return await sweep(command, terminal);
      case 'replay':
        return await replay(drawn(command, terminal.root), terminal);
      case 'case':
        return await replay(readCase(command.file), terminal);
    }
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ScenarioError)) throw error;
    terminal.err(error.message);
    if (error instanceof UsageError) terminal.err('Try: npm run simulate -- --help');
    return 2;
  }
}

function drawn(
  { seed, scenario }: { seed: number; scenario: string | undefined },
  root: string,
): SimulationCase {
  return drawCase(seed, root, scenario === undefined ? undefined : scenarioInput(root, scenario));
}

function readCase(file: string): SimulationCase {
  const checked = checkInput(simulationCase, readYaml(file, readText(file)));
  if ('problems' in checked) throw new ScenarioError(file, checked.problems);
  const { seed, scenario, faults } = checked.data;
  return { seed, scenario, faults };
}

async function sweep(
  command: Extract<SimulateCommand, { do: 'sweep' }>,
  { out, root }: Terminal,
): Promise<0 | 1> {
  const { runs, seed, scenario } = command;
  if (command.json) checkWritable(command.json);
  if (scenario !== undefined) scenarioInput(root, scenario);
  const say = sayer(out);
  const workers = command.workers ?? availableParallelism();
  out(`${runs} runs from seed ${seed}, ${scenario ?? 'random scenarios'}, ${workers} processes`);
  // The wall clock is only for the terminal.
  const started = process.hrtime.bigint();
  const seconds = () => Number(process.hrtime.bigint() - started) / 1e9;
  const tally = new SweepTally();
  const step = Math.max(10, Math.ceil(runs / 20));
  await runSweep({ root, seed, runs, scenario, workers }, (report) => {
    tally.add(report);
    if (report.violations.length > 0) {
      const promises = new Set(report.violations.map(({ promise }) => promise));
      out(`seed ${report.seed} breaks ${[...promises].join(', ')}`);
    }
    if (tally.runs % step === 0 || tally.runs === runs) {
      out(`${tally.runs}/${runs} runs, ${(tally.runs / seconds()).toFixed(1)} a second`);
    }
  });
  say(
    '',
    `incidents ended: ${renderOutcomes(tally)}`,
    '',
    ...renderFaults(tally),
    '',
    ...renderSettings(tally),
  );
  if (command.coverage) say(...coverage(tally, root));
  for (const report of tally.broken.slice(0, shownInFull)) await showBroken(report, command, { out, root });
  if (command.json) writeJson(command.json, tally);
  const broken = tally.broken.length;
  say('', `${runs} runs in ${seconds().toFixed(0)} s: ${broken} broke a promise.`);
  return broken === 0 ? 0 : 1;
}

async function showBroken(
  report: CaseReport,
  command: { readonly scenario: string | undefined },
  { out, root }: Pick<Terminal, 'out' | 'root'>,
): Promise<void> {
  const found = drawn({ seed: report.seed, scenario: command.scenario }, root);
  const say = sayer(out);
  say('', `seed ${report.seed}, npm run simulate -- --replay ${report.seed}:`);
  const shrunk = await shrinkCase(found, report, (one) => runCase(one, { root }));
  const again = await runCase(shrunk, { root });
  say(...renderCase(again, shrunk, found), '', 'timeline:', ...renderTimeline(again.timeline));
}

async function replay(one: SimulationCase, { out, root }: Terminal): Promise<0 | 1> {
  const say = sayer(out);
  say(`seed ${one.seed}`, 'faults:', ...one.faults.map((fault) => `  ${JSON.stringify(fault)}`));
  const report = await runCase(one, { root, inFull: true });
  say(...renderTimeline(report.timeline));
  if (report.result) say(...renderIncidents(report.result), ...renderMails(report.result));
  say('', JSON.stringify(one), '');
  if (report.violations.length === 0) {
    out('Every promise was kept.');
    return 0;
  }
  say(...renderViolations(report));
  return 1;
}

function coverage(tally: SweepTally, root: string): string[] {
  const visited = new Set(tally.visited);
  const places = surfaceOf(root).places.map((place) => ({ ...place, key: placeKey(place) }));
  const missed = places.filter(({ key }) => !visited.has(key));
  const kinds = (['state', 'catch', 'retry'] as const).map((route) => {
    const all = places.filter((place) => place.route === route);
    return `${route} ${all.filter(({ key }) => visited.has(key)).length}/${all.length}`;
  });
  return ['', `coverage: ${kinds.join(', ')}`, ...missed.map(({ key }) => `  never: ${key}`)];
}

function sayer(out: Terminal['out']): (...lines: readonly string[]) => void {
  return (...lines) => {
    for (const line of lines) out(line);
  };
}

function writeJson(file: string, tally: SweepTally): void {
  const { runs, outcomes, settings, faults, visited, broken } = tally;
  writeFileSync(file, `${JSON.stringify({ runs, outcomes, settings, faults, visited, broken }, null, 2)}\n`);
}
