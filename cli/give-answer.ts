import type { Answer } from './answers.ts';
import { fitLines, type Screen } from './layout.ts';
import type { Terminal } from './terminal.ts';

/**
 * Shows an answer: as JSON, or as lines that fit the screen.
 *
 * @param render makes the lines; a table in them is already fitted
 */
export function giveAnswer(
  answer: Answer,
  render: (screen: Screen) => readonly string[],
  json: boolean,
  terminal: Terminal,
): void {
  if (json) terminal.out(JSON.stringify(answer, null, 2));
  else for (const line of fitLines(render(terminal), terminal)) terminal.out(line);
}
