import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../command/command-line.ts';
import type { Terminal } from '../command/rehearse-command.ts';
import { workerPool } from '../processes/worker-pool.ts';
import { renderIncidents } from '../report/render-incidents.ts';
import { renderMails } from '../report/render-mails.ts';
import { progressHeader, progressLine } from '../report/render-progress.ts';
import { checkWritable } from '../scenario/files.ts';
import { type NamedSettings, settingNames } from '../scenario/scenario-account.ts';
import { findScenario, scenarioNames } from '../scenario/scenario-file.ts';
import { ScenarioError } from '../scenario/scenario-problem.ts';
import { parseWorstCaseCommand, type WorstCaseCommand } from './command-line.ts';
import { documentedTable, writeTable } from './documented-table.ts';
import { type PlayedRun, type RunRequest, watchedWith } from './play-run.ts';
import { playScenario, type WorstCaseRun } from './play-scenario.ts';
import { renderFailing, renderTable } from './render-worst-case.ts';
import { differsFromBase, isAsExpected } from './tally.ts';

const usage = `Usage: npm run worst-case [-- --scenarios a,b] [--setting x,y] [--brief] [--workers N] [--json FILE] [--write]
       npm run worst-case -- --only SCENARIO [setting=value]...

Plays the scenarios of packages/rehearsal/scenarios in accounts that behave differently: each value of each setting that a run reads,
alone, and each pair of values of two of them. A setting that a scenario names keeps its value.

  --scenarios a,b  only these
  --setting x,y    only these settings differ
  --brief          each value once per scenario, several settings in one run, and no pairs: a third of the runs
  --workers N      processes (default: one per core)
  --json FILE      writes every run to FILE
  --write          puts the table into docs/unverified.md
  --only SCENARIO  shows one run in full, in an account with the settings that follow
  --help           shows this

Status 0: every run was as expected, and, of all scenarios, some ended differently from the default. 1: otherwise.
2: it could not be played.`;

/** Number of runs per line of progress. */
const step = 100;

/** Runs the command. @returns the exit status */
export async function worstCaseCommand(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseWorstCaseCommand(argv);
    switch (command.do) {
      case 'help':
        terminal.out(usage);
        return 0;
      case 'all':
        return await playAll(command, terminal);
      case 'only':
        return await playOnly(command, terminal);
    }
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ScenarioError)) throw error;
    terminal.err(error.message);
    if (error instanceof UsageError) terminal.err('Try: npm run worst-case -- --help');
    return 2;
  }
}

async function playAll(
  command: Extract<WorstCaseCommand, { do: 'all' }>,
  { out, root }: Pick<Terminal, 'out' | 'root'>,
): Promise<0 | 1> {
  const { scenarios = scenarioNames(root), settings: tried = settingNames, workers, brief } = command;
  const isWhole = command.scenarios === undefined && command.settings === undefined && !brief;
  if (command.json) checkWritable(command.json);
  const found = scenarios.map((name) => findScenario(root, name));
  const pool = workerPool<RunRequest, PlayedRun>(
    join(root, 'packages/rehearsal/worst-case/worst-case-worker.ts'),
    workers,
  );
  let played = 0;
  let planned = 0;
  const runs: WorstCaseRun[] = [];
  try {
    const byScenario = await Promise.all(
      found.map(async ({ name, account }) => {
        const play = async (settings: NamedSettings) => {
          planned += 1;
          const run = await pool.run({ root, scenario: name, settings });
          played += 1;
          if (played % step === 0) out(`${played} runs of ${planned} planned so far`);
          return run;
        };
        return playScenario({ name, account, tried, brief, play });
      }),
    );
    runs.push(...byScenario.flat());
  } finally {
    pool.close();
  }
  const table = renderTable(runs);
  const differing = runs.filter(differsFromBase).length;
  for (const line of [...table, ...renderFailing(runs)]) out(line);
  if (command.json) writeJson(command.json, runs);
  if (command.write) writeTable(root, table);
  else if (isWhole && documentedTable(root).join() !== table.join()) {
    out('The table in docs/unverified.md is out of date: npm run worst-case -- --write');
  }
  if (!brief) out(`${differing} outcomes differ between settings`);
  const asExpected = runs.filter(isAsExpected).length;
  // A few scenarios may well end alike everywhere; all of them do so only where the settings have no effect.
  const isIdle = isWhole && differing === 0;
  out(`${asExpected} of ${runs.length} as expected${isIdle ? ', but no setting makes a difference' : ''}`);
  return asExpected === runs.length && !isIdle ? 0 : 1;
}

async function playOnly(
  { scenario: name, settings }: Extract<WorstCaseCommand, { do: 'only' }>,
  { out, root, width }: Terminal,
): Promise<0 | 1> {
  const scenario = findScenario(root, name);
  const named = Object.keys(settings).filter((one) => one in scenario.account);
  if (named.length > 0) throw new UsageError(`${name} names ${named.join(' and ')} itself`);
  for (const line of progressHeader(scenario, 1)) out(line);
  const { result, differences } = await watchedWith(scenario, settings, {
    root,
    onProgress: (entry) => out(progressLine(scenario, entry, width)),
  });
  const lines = [...renderIncidents(result), ...renderMails(result), '', ...differences];
  for (const line of lines) out(line);
  out(`${differences.length === 0 ? 1 : 0} of 1 as expected`);
  return differences.length === 0 ? 0 : 1;
}

function writeJson(file: string, runs: readonly WorstCaseRun[]): void {
  const plain = runs.map(({ base, outcome, ...run }) => ({
    ...run,
    base: base?.changed,
    outcome: outcome === 'exception' ? outcome : JSON.parse(outcome),
  }));
  writeFileSync(file, `${JSON.stringify(plain, null, 2)}\n`);
}
