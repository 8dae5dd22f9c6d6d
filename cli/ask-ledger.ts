import { build } from '../functions/operate/query-ledger/handler.ts';
import type { Place } from './command-spec.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { renderAnswer } from './render-answer.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** A query on the ledger. */
export interface AskRequest {
  readonly question: Readonly<Record<string, string | number>>;
  readonly json: boolean;
  readonly place: Place;
}

/** Queries the ledger by the function that also answers in the Lambda console, run here with the caller's own rights. */
export async function askLedger(
  { question, json, place }: AskRequest,
  terminal: Terminal,
): Promise<ExitStatus> {
  const ask = build(runtimeOf(await findCoordinator(place, terminal), terminal));
  const at = question.at === 'now' ? { at: new Date(terminal.now()).toISOString() } : {};
  const answer = await ask({ ...question, ...at });
  giveAnswer(answer, (screen) => renderAnswer(answer, screen), json, terminal);
  return 0;
}
