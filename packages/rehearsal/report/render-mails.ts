import { clockTime, heading } from '../../../cli/text-layout.ts';
import type { RehearsalResult } from './rehearsal-result.ts';

/** Every mail as its reader receives it. */
export function renderMails({ mails }: RehearsalResult): string[] {
  const title = mails.length === 1 ? 'The mail' : `The ${mails.length} mails`;
  if (mails.length === 0) return [...heading('Mails'), 'None.'];
  return [
    ...heading(title),
    ...mails.flatMap(({ at, to, subject, body }) => [
      '',
      `  ${clockTime(at)}  To: ${to}`,
      `            Subject: ${subject}`,
      '',
      ...body.split('\n').map((line) => (line ? `  | ${line}` : '  |')),
    ]),
  ];
}
