import type { ApprovalLedger } from '../ledger/approval-ledger.ts';
import { type CriticalMail, latestOf, type UnansweredMails } from '../ledger/critical-mail.ts';
import { everyService, type HoldLedger } from '../ledger/hold-ledger.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { MailLedger } from '../ledger/mail-ledger.ts';
import { escalationMail } from '../mail/escalation-mail.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { TrafficReader } from '../mail/traffic-reader.ts';
import { meetNew } from '../mail/users-meet.ts';

export interface EscalateUnansweredDeps {
  readonly incidents: Pick<IncidentLedger, 'find' | 'openIncidents'>;
  readonly mails: Pick<MailLedger, 'unanswered' | 'stopExpectingAnswer' | 'acknowledgementOf'>;
  readonly approvals: Pick<ApprovalLedger, 'find'>;
  readonly holds: Pick<HoldLedger, 'listLatest'>;
  readonly traffic: Pick<TrafficReader, 'read'>;
  readonly mailer: Pick<Mailer, 'escalate'>;
  readonly environment: string;
  /** Minutes to wait for an answer; 0 for ever. */
  readonly escalationMinutes: number;
  /** The addresses that were asked; the mail names them. */
  readonly addresses: readonly string[];
  readonly now: () => number;
}

/**
 * Mails the escalation topic about critical mails that nobody has answered in time. The unanswered mails of one thread are
 * escalated together, when the oldest is due. Answered mails are removed from the list. See docs/decisions/0030.
 *
 * @returns the number of mails sent, and the errors of the threads that could not be handled
 */
export function escalateUnanswered(deps: EscalateUnansweredDeps) {
  return async (): Promise<{ readonly escalated: number; readonly failures: readonly unknown[] }> => {
    const { mails, escalationMinutes } = deps;
    if (escalationMinutes === 0) return { escalated: 0, failures: [] };
    const due = deps.now() - escalationMinutes * 60_000;
    const threads = threadsOf(await mails.unanswered());
    const failures: unknown[] = [];
    let escalated = 0;
    for (const mails of threads) {
      if (mails.every(({ askedAt }) => askedAt > due)) continue;
      try {
        const asked = await stillUnanswered(mails);
        if (!isAny(asked) || asked[0].askedAt > due) continue;
        await escalate(asked);
        escalated += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    return { escalated, failures };
  };

  async function stillUnanswered(mails: readonly CriticalMail[]): Promise<CriticalMail[]> {
    const left: CriticalMail[] = [];
    for (const mail of mails) {
      if (await isAnswered(mail)) await deps.mails.stopExpectingAnswer(mail);
      else left.push(mail);
    }
    return left;
  }

  async function escalate(asked: UnansweredMails): Promise<void> {
    const { environment, addresses, now } = deps;
    const meet = await deps.traffic.read(latestOf(asked).aliases);
    await deps.mailer.escalate(asked, escalationMail(environment, { asked, addresses, meet, now: now() }));
  }

  async function isAnswered(mail: CriticalMail): Promise<boolean> {
    return (
      (await isAcknowledged(mail)) ||
      (await isTakenUp(mail)) ||
      (await isHeldOrResumed(mail)) ||
      (await areUsersOff(mail))
    );
  }

  async function isAcknowledged({ about, askedAt }: CriticalMail): Promise<boolean> {
    const said = about === undefined ? undefined : await deps.mails.acknowledgementOf(about);
    return said !== undefined && Date.parse(said.at) >= askedAt;
  }

  /** The question was answered, or another execution has begun to work on the incident. */
  async function isTakenUp(mail: CriticalMail): Promise<boolean> {
    const { about, thread, owner, askedAt, deadline } = mail;
    if (about === undefined) return isBegunSince(mail);
    const incident = await deps.incidents.find(about);
    // A guard's mail is about an incident that was over before.
    if (!incident || thread !== about) return false;
    if (incident.executionArn !== owner) return true;
    if (deadline === undefined) return false;
    const request = await deps.approvals.find(incident);
    if (request?.answer && request.answer !== 'expired') {
      return request.answeredAt !== undefined && Date.parse(request.answeredAt) >= askedAt;
    }
    // A good release replaced the bad one while the question was open.
    return incident.outcome === 'not-needed';
  }

  /** A mail without an incident is answered by starting one. */
  async function isBegunSince({ service, askedAt }: CriticalMail): Promise<boolean> {
    for (const incidentId of await deps.incidents.openIncidents()) {
      const incident = await deps.incidents.find(incidentId);
      if (incident?.service === service && Date.parse(incident.openedAt) >= askedAt) return true;
    }
    return false;
  }

  async function isHeldOrResumed({ service, askedAt }: CriticalMail): Promise<boolean> {
    const words = await deps.holds.listLatest();
    return words.some(
      (word) => [service, everyService].includes(word.service) && Date.parse(word.at) >= askedAt,
    );
  }

  /** Users met the bad release when the mail was sent, and no longer do. */
  async function areUsersOff({ aliases, trafficAnswers }: CriticalMail): Promise<boolean> {
    return trafficAnswers && meetNew(await deps.traffic.read(aliases)) === 'no';
  }
}

function threadsOf(mails: readonly CriticalMail[]): CriticalMail[][] {
  const threads = new Map<string, CriticalMail[]>();
  for (const mail of mails) {
    const id = mail.about ?? mail.thread;
    threads.set(id, [...(threads.get(id) ?? []), mail]);
  }
  return [...threads.values()];
}

function isAny(mails: readonly CriticalMail[]): mails is UnansweredMails {
  return mails.length > 0;
}
