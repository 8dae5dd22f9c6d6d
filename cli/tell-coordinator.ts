import type { AnsweredApproval } from '../functions/operate/answer-approval/answer-approval.ts';
import { build as buildAnswer } from '../functions/operate/answer-approval/handler.ts';
import { build as buildHold } from '../functions/operate/hold-service/handler.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { renderHolds } from './render-holds.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** A person's instruction: options with author and reason, and the coordinator. */
type Saying = Pick<Call, 'options' | 'json' | 'place'>;

/**
 * Answers a rollback that waits for a person, by the function that also takes the answer in the consoles, run here with the
 * person's own rights.
 */
export async function answerApproval(
  answer: { readonly incidentId: string; readonly answer: 'approve' | 'refuse' | 'acknowledge' },
  call: Saying,
  terminal: Terminal,
): Promise<ExitStatus> {
  const tell = buildAnswer(runtimeOf(await findCoordinator(call.place, terminal), terminal));
  const answered = await tell({ ...answer, ...saidBy(call) });
  giveAnswer(answered, () => [answerInWords(answered)], call.json, terminal);
  return 0;
}

function answerInWords(answered: AnsweredApproval): string {
  const { incidentId, answer } = answered;
  if (answer === 'acknowledge') return `${incidentId} is acknowledged: its mails so far are not escalated.`;
  return `The rollback of ${incidentId} (plan ${answered.planDigest}) is ${answer === 'approve' ? 'approved' : 'refused'}.`;
}

/** Puts a service, or everything (`*`), on hold, or ends the hold. */
export async function holdService(
  hold: { readonly service: string; readonly hold: boolean; readonly until?: string },
  call: Saying,
  terminal: Terminal,
): Promise<ExitStatus> {
  const tell = buildHold(runtimeOf(await findCoordinator(call.place, terminal), terminal));
  const { onHold } = await tell({ ...hold, ...saidBy(call) });
  giveAnswer({ onHold }, () => renderHolds(onHold), call.json, terminal);
  return 0;
}

function saidBy({ options: { by = '', reason } }: Saying): { by: string; reason?: string } {
  return { by, ...(reason !== undefined && { reason }) };
}
