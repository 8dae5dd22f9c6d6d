import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type FaultInput, fault } from '../faults/fault.ts';
import { readYaml } from '../scenario/read-yaml.ts';
import type { Scenario, scenarioFile } from '../scenario/scenario.ts';
import { findTemplate, parseScenario, readCatalog, scenarioNames } from '../scenario/scenario-file.ts';
import { notOneOf, ScenarioError } from '../scenario/scenario-problem.ts';
import { inAccount, recordedSettings } from './draw-settings.ts';

/** A scenario in the form of its file; a simulation expects only that the promises are kept. */
export type ScenarioInput = Omit<z.input<typeof scenarioFile>, 'expect'>;

/** One run of the simulation as plain data, by which the run can be played again anywhere. */
export interface SimulationCase {
  readonly seed: number;
  readonly scenario: ScenarioInput;
  readonly faults: readonly FaultInput[];
}

/** The content of a case file: a case, and the fault that it once revealed. */
export const simulationCase = z.strictObject({
  /** The fault when the case was found, and the reason why it no longer occurs. */
  found: z.string().optional(),
  seed: z.number().int().min(0),
  scenario: z.custom<ScenarioInput>((value) => typeof value === 'object' && value !== null),
  faults: z.array(fault),
});

/**
 * The scenario of a case, checked like any other. Settings of the account that the case does not name have the values with
 * which cases were recorded before settings were drawn.
 *
 * @param root the project's root, which contains the catalogs
 * @throws ScenarioError
 */
export function scenarioOf(scenario: ScenarioInput, root: string): Scenario {
  // JSON is YAML: one check serves both.
  const played = inAccount(scenario, recordedSettings);
  const text = JSON.stringify({ ...played, expect: { incidents: [] } });
  const file = 'simulation.yaml';
  return parseScenario(text, {
    file,
    readCatalog: (name) => readCatalog(root, root, name, file),
    findTemplate: (name) => findTemplate(root, root, name),
  });
}

/** A scenario of the project, without its expectation: faults change the result. */
export function scenarioInput(root: string, name: string): ScenarioInput {
  const path = join(root, 'packages/rehearsal/scenarios', `${name}.yaml`);
  if (!existsSync(path)) {
    const reason = notOneOf('a scenario', name, scenarioNames(root));
    throw new ScenarioError('simulate', [{ path: '', reason }]);
  }
  const { expect: _, ...scenario } = readYaml(path, readFileSync(path, 'utf8')) as Record<string, unknown>;
  return scenario as ScenarioInput;
}
