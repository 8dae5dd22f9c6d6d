import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioNames } from '../scenario/scenario-file.ts';
import { type SimulationCase, scenarioInput, simulationCase } from '../simulation/simulation-case.ts';

/** A case of the proof, with its name. */
export interface CoverageCase {
  readonly name: string;
  readonly play: SimulationCase;
  /** Made from another case by adding one fault; the original faults may then strike nothing. */
  readonly aimed?: true;
}

const seed = 1;

/** Every scenario of the project, unchanged. */
export function scenarioCases(root: string): readonly CoverageCase[] {
  return scenarioNames(root).map((name) => ({
    name,
    play: { seed, scenario: scenarioInput(root, name), faults: [] },
  }));
}

/** Cases that reach places no other case reaches, with little history; `found` says which, and how. */
export function directedCases(root: string): readonly CoverageCase[] {
  const folder = join(root, 'packages/rehearsal/coverage/cases');
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const { found: _, ...play } = simulationCase.parse(
        JSON.parse(readFileSync(join(folder, file), 'utf8')),
      );
      return { name: file.replace(/\.json$/, ''), play };
    });
}
