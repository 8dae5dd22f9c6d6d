import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { withEscalation } from '../../shared/mail/escalation-mail.ts';
import { withGraph } from '../../shared/mail/graph-link.ts';
import { layOut, type MailText } from '../../shared/mail/mail-text.ts';
import { kindsOfMail } from './kinds-of-mail.ts';

/** The folder that shows every kind of mail as received. */
export const folder = path.resolve(import.meta.dirname, '../../docs/mails');

/** The files of the folder, by name: one per mail, and a list of all. */
export function mailFiles(): Map<string, string> {
  const mails = Object.entries(kindsOfMail).map(([name, text]) => ({ name, ...layOut(asSent(text)) }));
  const rows = mails.map(
    ({ name, subject, severity }) => `| [${name}](${name}.txt) | ${severity} | ${subject} |`,
  );
  const list = [
    '# Mails',
    '',
    'Every kind of mail as it is received. `npm run mails` writes this folder; a test fails when it is out of date.',
    '',
    '| mail | severity | subject |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
  return new Map([
    ['README.md', list],
    ...mails.map(({ name, subject, severity, body }): [string, string] => [
      `${name}.txt`,
      `Subject: ${subject}\nSeverity: ${severity}\n\n${body}\n`,
    ]),
  ]);
}

/** Sent by an installation with the template's default for `EscalationMinutes`. An escalated mail is not escalated again. */
function asSent(text: MailText): MailText {
  const shown = withGraph(text, 'eu-west-1');
  return text === kindsOfMail.unanswered ? shown : withEscalation(shown, 15, 'eu-west-1');
}

/** The folder's current files. */
export function writtenFiles(): Map<string, string> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
}

/** Rewrites the folder. */
export function writeMails(): number {
  const files = mailFiles();
  for (const name of readdirSync(folder)) if (!files.has(name)) rmSync(path.join(folder, name));
  for (const [name, text] of files) writeFileSync(path.join(folder, name), text);
  return files.size;
}
