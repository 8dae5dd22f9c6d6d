import type { LedgerAnswer } from '../functions/operate/query-ledger/query-ledger.ts';
import type { Screen } from './layout.ts';
import { renderHistory } from './render-history.ts';
import { renderHolds } from './render-holds.ts';
import { renderIncidents } from './render-incidents.ts';
import { renderLiveAt } from './render-live-at.ts';
import { renderStatus } from './render-status.ts';
import { renderWhy } from './render-why.ts';

/** An answer of the ledger as text. */
export function renderAnswer(answer: LedgerAnswer, screen: Screen): string[] {
  if ('services' in answer) return renderLiveAt(answer.services, screen);
  if ('history' in answer) return renderHistory(answer.history);
  if ('why' in answer) return renderWhy(answer.why);
  if ('incidents' in answer) return renderIncidents(answer.incidents, screen);
  if ('onHold' in answer) return renderHolds(answer.onHold);
  return renderStatus(answer.status, { options: {} }, screen);
}
