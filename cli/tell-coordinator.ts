import { build as answerApproval } from '../functions/operate/answer-approval/handler.ts';
import { build as holdService } from '../functions/operate/hold-service/handler.ts';
import type { Command } from './command-line.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/**
 * Tells the coordinator what a person decided, by the function that takes it in the Lambda console too, run here with
 * the person's own rights.
 */
export async function tellCoordinator(
  { what, event, json, place }: Extract<Command, { do: 'tell' }>,
  terminal: Terminal,
): Promise<ExitStatus> {
  const runtime = runtimeOf(await findCoordinator(place, terminal), terminal);
  if (what === 'answer-approval') {
    const answered = await answerApproval(runtime)(event);
    const words = answered.answer === 'approve' ? 'is approved' : 'is refused';
    const line = `The rollback of ${answered.incidentId} (plan ${answered.planDigest}) ${words}.`;
    terminal.out(json ? JSON.stringify(answered, null, 2) : line);
    return 0;
  }
  const { onHold } = await holdService(runtime)(event);
  if (json) terminal.out(JSON.stringify({ onHold }, null, 2));
  else if (onHold.length === 0) terminal.out('Nothing is on hold.');
  else {
    for (const { service, by, at, reason } of onHold) {
      const name = service === '*' ? 'Everything' : service;
      terminal.out(`${name} is on hold since ${at}, put there by ${by}${reason ? `: ${reason}` : ''}`);
    }
  }
  return 0;
}
