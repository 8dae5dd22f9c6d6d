import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, taskTokens } from '../../../shared/wiring.ts';
import { answerApproval, answerApprovalInput } from './answer-approval.ts';

export const build = task(answerApprovalInput, (runtime) => {
  const { incidents, approvals } = ledgers(runtime);
  return answerApproval({ incidents, approvals, tokens: taskTokens(runtime), now: runtime.now });
});
export const handler = onLambda(build);
