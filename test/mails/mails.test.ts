import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { firstScreenLines, layOut, type MailText, mostColumns } from '../../shared/mail/mail-text.ts';
import { kindsOfMail } from './kinds-of-mail.ts';
import { mailFiles, writtenFiles } from './mail-files.ts';

const root = path.resolve(import.meta.dirname, '../..');
const mails = Object.entries(kindsOfMail);
const screenOf = (mail: MailText) => layOut(mail).body.split('\n').slice(0, firstScreenLines);
const flat = (lines: readonly string[]) => lines.join(' ').replace(/\s+/g, ' ');

it('shows every kind of mail as it is received: run "npm run mails"', () => {
  expect(writtenFiles()).toEqual(mailFiles());
});

it('has a mail of every function that writes one', () => {
  const folder = path.join(root, 'shared/mail');
  const writers = readdirSync(folder).flatMap((name) => [
    ...readFileSync(path.join(folder, name), 'utf8').matchAll(/^export function (\w+Mail)\(/gm),
  ]);
  const shown = readFileSync(path.join(root, 'test/mails/kinds-of-mail.ts'), 'utf8');
  expect(writers.length).toBeGreaterThan(15);
  for (const [, writer] of writers) if (writer !== 'incidentMail') expect(shown).toContain(`${writer}(`);
});

describe.each(mails)('the first twelve lines of "%s"', (_, mail) => {
  const screen = screenOf(mail);
  const text = flat(screen);
  const { todo } = mail;

  it('say what happened, what users meet and what they will meet', () => {
    expect(text.startsWith(mail.happened)).toBe(true);
    const [first] = mail.now;
    expect(text).toContain(`Now ${typeof first === 'string' ? first : first.text}`);
    expect(text).toContain(`Next ${mail.next}`);
  });

  it("name the reader's task and its deadline", () => {
    if (todo === 'nothing') expect(screen).toContain('Do      nothing');
    else expect(text).toContain(`Do ${todo.task} By ${todo.by}`);
  });

  it('ask for action according to the severity', () => {
    expect(mail.severity === 'info').toBe(todo === 'nothing' && !isUnderWay(mail));
    if (todo !== 'nothing' && todo.deadline !== undefined) expect(mail.severity).toBe('critical');
  });
});

/** A rollback that proceeds by itself asks for nothing, and is more than news. */
function isUnderWay({ headline }: MailText): boolean {
  return headline.includes('rolling back');
}

describe.each(mails)('"%s"', (_, mail) => {
  const { body, subject } = layOut(mail);

  it('has at most 78 columns, but for commands, inputs, links and names', () => {
    const wide = body.split('\n').filter((line) => line.length > mostColumns);
    for (const line of wide) expect(line).toMatch(/https:\/\/|^ *aws |^ *--[a-z]|^ *\{"|docs\/runbook\.md/);
  });

  it('has one form of time', () => {
    const prose = body.split('\n').filter((line) => !/https:\/\/|^ *aws |^ *\{"/.test(line));
    expect(prose.join('\n')).not.toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d/);
  });

  it('ends its subject with the id of its thread', () => {
    if (mail.thread !== undefined) expect(subject.endsWith(` (${mail.thread})`)).toBe(true);
  });

  it('names existing sections of the runbook', () => {
    const headings = readFileSync(path.join(root, 'docs/runbook.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) => line.replace(/^#+ /, ''));
    const links = mail.todo === 'nothing' ? [] : mail.todo.links;
    for (const { what, url } of links) {
      if (what === 'runbook') expect(headings).toContain(url.replace('docs/runbook.md: ', ''));
    }
  });
});
