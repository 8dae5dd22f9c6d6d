import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type FaultInput, fault } from '../faults/fault.ts';
import { readYaml } from '../scenario/read-yaml.ts';
import type { Scenario, scenarioFile } from '../scenario/scenario.ts';
import { findTemplate, parseScenario, readCatalog, scenarioNames } from '../scenario/scenario-file.ts';
import { notOneOf, ScenarioError } from '../scenario/scenario-problem.ts';
import { inAccount, recordedSettings } from './draw-settings.ts';

/** A scenario as its file would have it; a simulation expects nothing of it but the promises. */
export type ScenarioInput = Omit<z.input<typeof scenarioFile>, 'expect'>;

/** One run of the simulation as plain data: with it a run can be played again, anywhere. */
export interface SimulationCase {
  readonly seed: number;
  readonly scenario: ScenarioInput;
  readonly faults: readonly FaultInput[];
}

/** What a case file holds: a case, and what it once found. */
export const simulationCase = z.strictObject({
  /** What went wrong in it when it was found, and why it does not any more. */
  found: z.string().optional(),
  seed: z.number().int().min(0),
  scenario: z.custom<ScenarioInput>((value) => typeof value === 'object' && value !== null),
  faults: z.array(fault),
});

/**
 * The scenario of a case, checked like any other. Settings of the account that it does not name are those that cases
 * were recorded with before the settings were drawn.
 *
 * @param root the project's root, where catalogs are
 * @throws ScenarioError
 */
export function scenarioOf(scenario: ScenarioInput, root: string): Scenario {
  // JSON is YAML: the one check there is serves both.
  const played = inAccount(scenario, recordedSettings);
  const text = JSON.stringify({ ...played, expect: { incidents: [] } });
  const file = 'simulation.yaml';
  return parseScenario(text, {
    file,
    readCatalog: (name) => readCatalog(root, root, name, file),
    findTemplate: (name) => findTemplate(root, root, name),
  });
}

/** A scenario of the project, without what it expects: faults change what comes of it. */
export function scenarioInput(root: string, name: string): ScenarioInput {
  const path = join(root, 'packages/rehearsal/scenarios', `${name}.yaml`);
  if (!existsSync(path)) {
    const reason = notOneOf('a scenario', name, scenarioNames(root));
    throw new ScenarioError('simulate', [{ path: '', reason }]);
  }
  const { expect: _, ...scenario } = readYaml(path, readFileSync(path, 'utf8')) as Record<string, unknown>;
  return scenario as ScenarioInput;
}
