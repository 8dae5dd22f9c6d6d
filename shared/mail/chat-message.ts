import { oneLine } from '../plain-text.ts';
import type { Link } from './links.ts';
import { firstScreenOf, layOut, type MailText } from './mail-text.ts';

/** Characters of a text block: Slack takes 3,000 (Block Kit reference, section). */
const mostCharacters = 2_900;

/** Members of a list: more would hide the text after it. */
const mostMembers = 10;

/** Data of a message's buttons, beside the topic that identifies their coordinator. */
export interface ChatContext {
  readonly topic: string;
  /** The incident that waits for an answer, and the plan that the answer is about. */
  readonly incidentId?: string;
  readonly planDigest?: string;
}

/**
 * A mail as a custom notification of Amazon Q Developer in chat applications (administrator guide, "Custom notifications"):
 * the first screen of the same text, the task and the links. Messages of one incident or release form one thread.
 */
export function chatMessage(mail: MailText, topic: string): string {
  const { about, thread, severity, environment, headline, todo, approval, meet } = mail;
  const context: ChatContext = { topic, ...approval };
  const functions = [
    ...new Set((meet?.aliases ?? []).map(({ function: name, alias }) => `${name}:${alias}`)),
  ];
  const steps = todo === 'nothing' ? [] : [asText(`${todo.task} By: ${todo.by}`), ...todo.links.map(asLink)];
  return JSON.stringify({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: asText(layOut(mail).subject),
      description: `\`\`\`\n${asText(firstScreenOf(mail))}\n\`\`\``,
      ...(steps.length > 0 && { nextSteps: steps.slice(0, mostMembers) }),
      keywords: [severity, environment, about],
    },
    metadata: {
      threadId: thread ?? `${environment}-${about}`,
      summary: asText(`${about}: ${headline}`),
      eventType: 'RollbackCoordinator',
      ...(functions.length > 0 && { relatedResources: functions.slice(0, mostMembers) }),
      additionalContext: { severity, ...context },
    },
  });
}

/**
 * Text that Slack shows literally: it cannot turn into a link, mention or style (Slack API, "Formatting text": three
 * characters are escaped). Three backticks would end a block of code.
 */
function asText(text: string): string {
  const plain = text.split('\n').map(oneLine).join('\n').replaceAll('`', "'").replaceAll('@', '@\u200b');
  const escaped = plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  if (escaped.length <= mostCharacters) return escaped;
  // Not in the middle of an escaped character.
  return `${escaped.slice(0, mostCharacters).replace(/&[a-z]*$/, '')}…`;
}

function asLink({ what, url }: Link): string {
  if (!url.startsWith('https://')) return asText(`${what}: ${url}`);
  const address = url.replace(/[|<>]/g, encodeURIComponent).replaceAll('&', '&amp;');
  return `<${address}|${asText(what).replaceAll('|', '/')}>`;
}
