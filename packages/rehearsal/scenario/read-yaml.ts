import { readYaml as read } from '../../../shared/read-yaml.ts';
import { ScenarioError } from './scenario-problem.ts';

/**
 * Reads a YAML document.
 *
 * @throws ScenarioError naming line and column of invalid YAML
 */
export function readYaml(file: string, text: string): unknown {
  const found = read(text);
  if ('problems' in found) throw new ScenarioError(file, found.problems);
  return found.value;
}
