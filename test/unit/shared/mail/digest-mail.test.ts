import { digestMail, digestUntil } from '../../../../shared/mail/digest-mail.ts';
import { layOut } from '../../../../shared/mail/mail-text.ts';

const at = (time: string) => Date.parse(`2026-01-05T${time}Z`);
const until = (time: string, digestAt?: string) => new Date(digestUntil(at(time), digestAt)).toISOString();

it.each([
  ['09:00:00', '07:30', '2026-01-05T07:30:00.000Z'],
  ['07:00:00', '07:30', '2026-01-04T07:30:00.000Z'],
  // A mail written just before may not be in the ledger yet.
  ['07:34:59', '07:30', '2026-01-04T07:30:00.000Z'],
  ['07:35:00', '07:30', '2026-01-05T07:30:00.000Z'],
  ['00:02:00', '00:00', '2026-01-04T00:00:00.000Z'],
])('at %s the digest of %s goes up to %s', (now, digestAt, expected) => {
  expect(until(now, digestAt)).toBe(expected);
});

it('goes up to now, nearly, once mails are no longer collected', () => {
  expect(until('09:00:00')).toBe('2026-01-05T08:55:00.000Z');
});

it('lists the events, and asks for nothing', () => {
  const mail = (about: string, time: string) => ({
    thread: `${about}-1`,
    step: 'settled',
    about,
    happened: `${about}: the release was watched for 4 min and is good.`,
    at: at(time),
  });
  const { subject, body, severity } = layOut(
    digestMail('prod', [mail('cart', '06:00:00'), mail('orders', '07:00:00')], at('07:30:00')),
  );
  expect([subject, severity]).toEqual(['[prod] digest: 2 releases did well', 'info']);
  expect(body.replace(/\s+/g, ' ')).toContain(
    '2 releases of 2 services did well between 2026-01-05 06:00:00 UTC and 2026-01-05 07:30:00 UTC.',
  );
  expect(body).toContain('Do      nothing');
  expect(body.replace(/\s+/g, ' ')).toContain('cart-1 cart: the release was watched');
});
