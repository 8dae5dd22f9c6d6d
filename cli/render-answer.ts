import type { LedgerAnswer } from '../functions/operate/query-ledger/query-ledger.ts';
import { renderHistory } from './render-history.ts';
import { renderLiveAt } from './render-live-at.ts';
import { renderWhy } from './render-why.ts';

/** An answer of the ledger as text. */
export function renderAnswer(answer: LedgerAnswer): string[] {
  if ('services' in answer) return renderLiveAt(answer.services);
  if ('history' in answer) return renderHistory(answer.history);
  return renderWhy(answer.why);
}
