import { writeFileSync } from 'node:fs';
import { table } from '../../../cli/text-layout.ts';
import type { RehearsalResult } from '../report/rehearsal-result.ts';
import { renderChanges } from '../report/render-changes.ts';
import { renderIncidents } from '../report/render-incidents.ts';
import { renderMails } from '../report/render-mails.ts';
import { progressHeader, progressLine } from '../report/render-progress.ts';
import { renderVerdict } from '../report/render-verdict.ts';
import { runScenario } from '../run/run-scenario.ts';
import { catalogScenario } from '../scenario/catalog-scenario.ts';
import { checkWritable } from '../scenario/files.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { estate, findScenario, scenarioNames } from '../scenario/scenario-file.ts';
import { ScenarioError } from '../scenario/scenario-problem.ts';
import { type Command, defaultScenario, parseCommandLine, UsageError } from './command-line.ts';

/** The output streams and working folder of a command. */
export interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** Columns to cut progress lines to. */
  readonly width: number;
  /** The project's root, which contains template.yaml and packages/rehearsal/scenarios. */
  readonly root: string;
}

const usage = `Usage: npm run rehearse -- [SCENARIO] [--seed N] [--json FILE] [--quiet]
       npm run rehearse -- --catalog FILE|DIR --service NAME [--bad] [--template FILE] [--seed N] [--json FILE] [--quiet]
       npm run rehearse -- --services N [--seed N] [--json FILE] [--quiet]
       npm run rehearse -- --all [--seed N]
       npm run rehearse -- --list

Plays a scenario against the real template, machines and functions in a simulated AWS account, in virtual time.

  SCENARIO     name of a scenario (see --list) or path to a YAML file; by default ${defaultScenario}
  --catalog    rehearses a release of a service in your own catalog, with all services that depend on it
  --service    the service that is released
  --bad        the release turns bad
  --template   the SAM template of the service; without it the stack is made from the entry's targets
  --services N draws a scenario of N services; the service that most others depend on turns bad
  --seed N     seed of traffic, latencies and ids; the same seed gives the same run (default 1)
  --json FILE  writes the complete result to FILE
  --quiet      only says whether it went as expected
  --all        plays every scenario and says for each whether it went as expected
  --list       lists the scenarios
  --help       shows this

Status 0: it went as the scenario expects. 1: it did not. 2: it could not be played.`;

/**
 * Runs the command.
 *
 * @param argv the arguments after the command's name
 * @returns the exit status: 0 as expected, 1 not as expected, 2 not playable
 */
export async function rehearseCommand(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const command = parseCommandLine(argv);
    if (command.do === 'help') return say(terminal, usage);
    if (command.do === 'list') return say(terminal, ...listing(terminal.root));
    if (command.do === 'all') return await runAll(command.seed, terminal);
    return await run(command, terminal);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ScenarioError)) throw error;
    terminal.err(error.message);
    if (error instanceof UsageError) terminal.err('Try: npm run rehearse -- --help');
    return 2;
  }
}

async function run(command: Extract<Command, { do: 'run' }>, terminal: Terminal): Promise<0 | 1> {
  if (command.json) checkWritable(command.json);
  const scenario = await scenarioOf(command.scenario, terminal.root);
  const result = await play(scenario, command, terminal);
  if (command.json) writeFileSync(command.json, `${JSON.stringify(result, null, 2)}\n`);
  const details = command.quiet
    ? []
    : [...renderIncidents(result), ...renderMails(result), ...renderChanges(result)];
  say(terminal, ...details, ...renderVerdict(result));
  return result.violations.length === 0 ? 0 : 1;
}

function scenarioOf(asked: Extract<Command, { do: 'run' }>['scenario'], root: string) {
  if (typeof asked === 'string') return findScenario(root, asked);
  return 'catalog' in asked ? catalogScenario(root, asked) : estate(asked.services);
}

async function runAll(seed: number, terminal: Terminal): Promise<0 | 1> {
  let asExpected = true;
  for (const name of scenarioNames(terminal.root)) {
    const result = await runScenario(findScenario(terminal.root, name), { seed, root: terminal.root });
    say(terminal, ...renderVerdict(result).slice(1));
    asExpected &&= result.violations.length === 0;
  }
  return asExpected ? 0 : 1;
}

async function play(
  scenario: Scenario,
  { seed, quiet }: { readonly seed: number; readonly quiet: boolean },
  terminal: Terminal,
): Promise<RehearsalResult> {
  const { root, width } = terminal;
  if (quiet) return runScenario(scenario, { seed, root });
  say(terminal, ...progressHeader(scenario, seed));
  return runScenario(scenario, {
    seed,
    root,
    onProgress: (entry) => terminal.out(progressLine(scenario, entry, width)),
  });
}

function listing(root: string): string[] {
  return table(scenarioNames(root).map((name) => [name, findScenario(root, name).title]));
}

function say(terminal: Terminal, ...lines: string[]): 0 {
  for (const line of lines) terminal.out(line);
  return 0;
}
