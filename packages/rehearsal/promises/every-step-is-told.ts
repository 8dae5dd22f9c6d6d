import type { Broken, PromiseCheck } from './promise.ts';
import type { Publication } from './publications.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * Each step of an incident is mailed to the stakeholders: that a person's approval is requested, that the rollback runs, how
 * it ended, that a release is settled, that a deployment is not watched or a release not recorded. Each is mailed at least
 * once, and twice only if its publisher was disturbed between publishing it and recording that it had. An escalation may be
 * missing if a person has answered.
 */
export const everyStepIsTold: PromiseCheck = {
  promise: 'every-step-is-told',
  watch(facts, broken) {
    const sent = new Map<string, Publication>();
    facts.mails.onPublished((mail) => {
      // An incident that is planned again within its execution starts its mails again.
      const attempt = /\(attempt \d+\)/.exec(mail.subject)?.[0] ?? '';
      // Each unanswered mail of an incident is escalated separately.
      const step = mail.kind === 'escalated' ? mail.subject : '';
      const key = `${mail.kind} ${mail.about} ${mail.executionArn} ${attempt} ${step}`;
      const earlier = sent.get(key);
      if (earlier && mail.executionArn + mail.about !== mail.subject && !earlier.disturbed()) {
        broken(`${facts.clock(mail.at)} "${mail.subject}" was mailed before, at ${facts.clock(earlier.at)}`);
      }
      sent.set(key, mail);
    });
    const announced = new Set<string>();
    facts.coordinator.engine.onStateEntered(({ executionArn, state }) => {
      if (state === 'ExecutePlan') announced.add(executionArn);
    });
    return () => checkNeverZero(facts, announced, broken);
  },
};

function checkNeverZero(facts: RunFacts, announced: ReadonlySet<string>, broken: Broken): void {
  const mails = facts.mails.all();
  const has = (kind: Publication['kind'], about: string, executionArn?: string) =>
    mails.some(
      (mail) =>
        mail.kind === kind &&
        mail.about === about &&
        (executionArn === undefined || mail.executionArn === executionArn),
    );
  for (const { incidentId, attempt, status, outcome, executionArn } of facts.ledger.incidents()) {
    const asked = facts.ledger.get(`INCIDENT#${incidentId}`, `APPROVAL#${attempt}`);
    // A person who answers between the record and the mail knows already.
    if (asked?.answer === 'expired' && !has('asked', incidentId, executionArn)) {
      broken(`nobody was told that incident ${incidentId} (attempt ${attempt}) waits for an approval`);
    }
    if (announced.has(executionArn) && !has('opened', incidentId, executionArn)) {
      broken(`nobody was told that incident ${incidentId} (attempt ${attempt}) began`);
    }
    if (status === 'closed' && !has('outcome', incidentId, executionArn)) {
      broken(`nobody was told that incident ${incidentId} (attempt ${attempt}) ended ${outcome}`);
    }
  }
  const settlements = new Set(['good', 'served-well', 'unproven', 'suspect']);
  for (const { status, error, output, arn, name, stopDate, stateMachine } of [
    ...facts.executions('MonitorDeployment'),
    ...facts.executions('RecordRelease'),
  ]) {
    if (status === 'SUCCEEDED') {
      const { settlement = '', releaseId = '' } = JSON.parse(output ?? '{}') as Record<string, string>;
      if (settlements.has(settlement) && !has('settled', releaseId) && !isInDigest(facts, releaseId))
        broken(`nobody was told that release ${releaseId} is ${settlement}`);
    } else if (error === 'InputRejected') {
      // A person who started it by hand saw the error at once, in the console.
    } else if (status !== 'RUNNING' && hasHeard(facts, arn, stopDate, stateMachine.arn)) {
      const told = mails.some((mail) => mail.executionArn === arn);
      if (!told) broken(`nobody was told that ${stateMachine.name} ${name} ended ${status}`);
    }
  }
}

/** The release waits for the digest, or a digest has reported it. */
function isInDigest({ ledger, mails }: RunFacts, releaseId: string): boolean {
  return (
    ledger.get('DIGEST', `MAIL#${releaseId}#settled`) !== undefined ||
    mails.all().some(({ subject, body }) => subject.includes('] digest: ') && body.includes(releaseId))
  );
}

/** The sweep finds broken watches; only its event reports a broken recording. */
function hasHeard(
  { coordinator, delivered }: RunFacts,
  arn: string,
  stoppedAt: number | undefined,
  machine: string,
): boolean {
  return machine === coordinator.machine('RecordRelease').arn
    ? delivered.event(arn)
    : delivered.failedExecution(arn, stoppedAt);
}
