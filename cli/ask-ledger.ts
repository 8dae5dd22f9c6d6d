import { build } from '../functions/operate/query-ledger/handler.ts';
import type { Command } from './command-line.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import { renderAnswer } from './render-answer.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Asks the ledger by the function that answers in the Lambda console too, run here with the asker's own rights. */
export async function askLedger(
  { question, json, place }: Extract<Command, { do: 'ask' }>,
  terminal: Terminal,
): Promise<ExitStatus> {
  const ask = build(runtimeOf(await findCoordinator(place, terminal), terminal));
  const at = question.at === 'now' ? { at: new Date(terminal.now()).toISOString() } : {};
  const answer = await ask({ ...question, ...at });
  const lines = json ? [JSON.stringify(answer, null, 2)] : renderAnswer(answer);
  for (const line of lines) terminal.out(line);
  return 0;
}
