import type { CollectedMail } from '../ledger/digest-ledger.ts';
import { counted, instant, type MailText, rows, shorten } from './mail-text.ts';

/** Lines of the list: the ledger has all of them. */
const linesShown = 200;

/** Time after which a mail is certainly in the ledger: its function has ended, and its retries too. */
const writtenMs = 5 * 60_000;

/**
 * End of the span of the digest that is due, ms since the epoch: the last time of day that is over for long enough that no
 * earlier mail can still be written.
 *
 * @param at time of day, `HH:MM` UTC; undefined if mails are no longer collected, so that all of them are due
 */
export function digestUntil(now: number, at: string | undefined): number {
  const written = now - writtenMs;
  if (at === undefined) return written;
  const today = Date.parse(`${new Date(written).toISOString().slice(0, 10)}T${at}:00Z`);
  return today <= written ? today : today - 24 * 3_600_000;
}

/** The mail that replaces many that need no action. */
export function digestMail(environment: string, mails: readonly CollectedMail[], until: number): MailText {
  const services = new Set(mails.map(({ about }) => about)).size;
  const since = Math.min(...mails.map(({ at }) => at));
  return {
    environment,
    severity: 'info',
    about: 'digest',
    headline: `${counted(mails.length, 'release')} did well`,
    happened: `${counted(mails.length, 'release')} of ${counted(services, 'service')} did well between ${instant(since)} and ${instant(until)}.`,
    now: ['not read for a digest; "rollback-coordinator status" shows it'],
    next: 'stays so',
    todo: 'nothing',
    plan: [
      {
        heading: 'Releases',
        lines: shorten(
          rows(mails.map(({ thread, happened }): [string, string] => [thread, happened])),
          linesShown,
        ),
      },
    ],
    why: [],
    details: [],
    footer: ['Mails that ask for something, and whatever is no plain success, are sent at once.'],
  };
}
