import { LineCounter, parseDocument } from 'yaml';
import { ScenarioError } from './scenario-problem.ts';

/**
 * Reads a YAML document.
 *
 * @throws ScenarioError naming line and column where it is not YAML
 */
export function readYaml(file: string, text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ScenarioError(
      file,
      document.errors.map(({ message, pos }) => {
        const { line, col } = lineCounter.linePos(pos[0]);
        return { path: `line ${line}, column ${col}`, reason: message };
      }),
    );
  }
  return document.toJS();
}
