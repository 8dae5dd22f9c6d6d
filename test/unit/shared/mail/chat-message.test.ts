import * as fc from 'fast-check';
import { chatMessage } from '../../../../shared/mail/chat-message.ts';
import { firstScreenOf, layOut } from '../../../../shared/mail/mail-text.ts';
import { mailText, usersMeet } from '../../fixtures/mails.ts';

fc.configureGlobal({ seed: 1 });

const topic = 'arn:aws:sns:eu-west-1:111122223333:chat';
const messageOf = (changes: Parameters<typeof mailText>[0] = {}) =>
  JSON.parse(chatMessage(mailText(changes), topic));
const todo = {
  task: 'Approve or refuse.',
  by: '2026-01-05 09:35:00 UTC',
  how: [],
  links: [
    { what: 'execution', url: 'https://example.com/a?b=1&c=2' },
    { what: 'runbook', url: 'docs/runbook.md: Read how an incident ended' },
  ] as const,
};

it('is a custom notification with the first screen of the mail', () => {
  const mail = mailText({ thread: 'orders-1', severity: 'critical', todo, meet: usersMeet() });
  expect(JSON.parse(chatMessage(mail, topic))).toEqual({
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: layOut(mail).subject,
      description: `\`\`\`\n${firstScreenOf(mail)}\n\`\`\``,
      nextSteps: [
        'Approve or refuse. By: 2026-01-05 09:35:00 UTC',
        '<https://example.com/a?b=1&amp;c=2|execution>',
        'runbook: docs/runbook.md: Read how an incident ended',
      ],
      keywords: ['critical', 'prod', 'orders'],
    },
    metadata: {
      threadId: 'orders-1',
      summary: 'orders: rolled back',
      eventType: 'RollbackCoordinator',
      relatedResources: ['shop-orders-CreateOrder-AB12:live'],
      additionalContext: { severity: 'critical', topic },
    },
  });
});

it('carries the inputs of its buttons, and asks for nothing where the mail does not', () => {
  const approval = { incidentId: 'orders-1', planDigest: '0123456789abcdef' };
  expect(messageOf({ approval }).metadata.additionalContext).toMatchObject(approval);
  expect(messageOf().metadata.additionalContext).toEqual({ severity: 'info', topic });
  expect(messageOf().content).not.toHaveProperty('nextSteps');
});

it('has a thread for each incident, and one for all other mails', () => {
  expect(messageOf({ about: 'the catalog' }).metadata.threadId).toBe('prod-the catalog');
});

it('shows text from outside as text: no mention, link, style or end of the block', () => {
  const { content, metadata } = messageOf({
    happened: '<!channel> ``` *@here* <https://evil.example|click> &amp;',
    headline: '<@U123>',
  });
  expect(content.description).toContain(
    "&lt;!channel&gt; ''' *@\u200bhere* &lt;https://evil.example|click&gt; &amp;amp;",
  );
  expect(content.description.match(/```/g)).toHaveLength(2);
  expect(content.title + metadata.summary).not.toMatch(/[<>]/);
});

it('fits into the blocks of Slack, whatever its content', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (happened) => {
      const { content } = messageOf({ happened });
      expect(content.description.length).toBeLessThanOrEqual(3000);
      expect(content.description).not.toMatch(/<|&(?!(?:amp|lt|gt);)/);
    }),
    { numRuns: 200 },
  );
});
