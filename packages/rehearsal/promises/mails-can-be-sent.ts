import type { PromiseCheck } from './promise.ts';

/** Subjects that SNS accepts (API reference, Publish) and mail readers show intact. */
const subject = /^[!-~][ -~]{0,98}$/;

/** Every mail can be sent: SNS refuses none, subjects are printable ASCII under 100 characters, bodies are not empty. */
export const mailsCanBeSent: PromiseCheck = {
  promise: 'mails-can-be-sent',
  watch(facts, broken) {
    facts.mails.onRefused(({ at, by, subject: refused, reason }) =>
      broken(`${facts.clock(at)} SNS refused "${refused}" of ${by}: ${reason}`),
    );
    facts.mails.onPublished(({ at, by, ...mail }) => {
      if (!subject.test(mail.subject)) broken(`${facts.clock(at)} ${by} mailed under "${mail.subject}"`);
      // The rest may quote text that a person typed.
      const told = `${mail.subject}\n${mail.body.split('\n', 1)}`;
      if (/undefined|NaN|\[object /.test(told)) {
        broken(`${facts.clock(at)} "${mail.subject}" has a gap in its text`);
      }
    });
    return undefined;
  },
};
