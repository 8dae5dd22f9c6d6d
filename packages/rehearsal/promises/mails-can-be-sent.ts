import type { PromiseCheck } from './promise.ts';

/** What SNS takes for a subject (API reference, Publish), and mail readers show unharmed. */
const subject = /^[!-~][ -~]{0,98}$/;

/** Every mail can be sent: SNS refuses none, subjects are printable ASCII under 100 characters, bodies say something. */
export const mailsCanBeSent: PromiseCheck = {
  promise: 'mails-can-be-sent',
  watch(facts, broken) {
    facts.mails.onRefused(({ at, by, subject: refused, reason }) =>
      broken(`${facts.clock(at)} SNS refused "${refused}" of ${by}: ${reason}`),
    );
    facts.mails.onPublished(({ at, by, ...mail }) => {
      if (!subject.test(mail.subject)) broken(`${facts.clock(at)} ${by} mailed under "${mail.subject}"`);
      // The rest may quote what somebody typed.
      const told = `${mail.subject}\n${mail.body.split('\n', 1)}`;
      if (/undefined|NaN|\[object /.test(told)) {
        broken(`${facts.clock(at)} "${mail.subject}" has a gap in its text`);
      }
    });
    return undefined;
  },
};
