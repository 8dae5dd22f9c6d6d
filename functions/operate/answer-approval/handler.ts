import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { ledgers, taskTokens } from '../../../shared/wiring.ts';
import { answerApproval, answerApprovalInput } from './answer-approval.ts';

export const build = task('AnswerApproval', answerApprovalInput, (runtime) => {
  const { incidents, mails, releases, approvals } = ledgers(runtime);
  return answerApproval({
    incidents,
    mails,
    releases,
    approvals,
    tokens: taskTokens(runtime),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
