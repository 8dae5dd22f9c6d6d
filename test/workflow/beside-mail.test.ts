import { findScenario } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { watchedRun } from '../../packages/rehearsal/test/promises/watched-run.ts';

const minute = 60_000;
const incident = 'orders-20260105T090500Z';
const installation = { SlackWorkspaceId: 'T0123ABCD', SlackChannelId: 'C0123ABCD' };

interface ChatMessage {
  readonly content: { readonly title: string; readonly description: string };
  readonly metadata: {
    readonly threadId: string;
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

describe('the chat', () => {
  const found = findScenario(process.cwd(), 'approval-granted');

  async function messagesOf(changes: Partial<typeof found>) {
    const messages: ChatMessage[] = [];
    const { result, violations } = await watchedRun(
      { ...found, installation, ...changes },
      ({ coordinator }) => {
        coordinator.account.wire.onPerformed(({ call: { service, operation, input } }) => {
          if (service !== 'sns' || operation !== 'Publish') return;
          if (!String(input.TopicArn).includes('ChatTopic')) return;
          messages.push(JSON.parse(String(input.Message)));
        });
        return {};
      },
    );
    return { result, violations, messages };
  }

  it('has every mail of the incident in one thread, with the first screen, and the plan that its buttons answer', async () => {
    const { result, violations, messages } = await messagesOf({});
    expect([...result.violations, ...violations]).toEqual([]);
    const titles = messages.map(({ content }) => content.title);
    expect(titles).toEqual(result.mails.map(({ subject }) => subject));
    expect(new Set(messages.map(({ metadata }) => metadata.threadId))).toEqual(new Set([incident]));
    for (const [index, { content }] of messages.entries()) {
      const body = result.mails[index]?.body ?? '';
      const shown = content.description.split('\n').slice(1, -1).join('\n');
      expect(body.startsWith(shown)).toBe(true);
    }
    const asking = messages.filter(({ metadata }) => metadata.additionalContext.planDigest !== undefined);
    expect(asking.map(({ metadata }) => metadata.additionalContext)).toEqual([
      expect.objectContaining({ incidentId: incident, planDigest: expect.stringMatching(/^[0-9a-f]{16}$/) }),
    ]);
  });

  it('answers by a button as by the console, and not by a button of another plan', async () => {
    const {
      messages: [asked],
    } = await messagesOf({});
    const { planDigest } = asked?.metadata.additionalContext ?? {};
    const press = (at: number, digest = '') => ({
      at: at * minute,
      machine: 'answer-approval' as const,
      withReportedPlan: false,
      input: { incidentId: incident, planDigest: digest, answer: 'approve', by: 'Slack-channel-C0123ABCD' },
    });
    const { result } = await messagesOf({
      starts: [press(15, '0000000000000000'), press(20, planDigest)],
      expect: {
        ...found.expect,
        executions: { 'answer-approval': { SUCCEEDED: 1, FAILED: 1 } },
        failureCause: 'planDigest: incident',
        mailsSay: ['by Slack-channel-C0123ABCD'],
      },
    });
    expect(result.incidents.map(({ outcome }) => outcome)).toEqual(['rolled-back']);
    expect(result.violations).toEqual([]);
  });
});

describe('the digest', () => {
  it('takes the place of the mails of releases that did well, at the time of day that is set', async () => {
    const found = findScenario(process.cwd(), 'healthy-canary');
    const { result } = await watchedRun({
      ...found,
      installation: { DigestAt: '10:00' },
      atLeast: 90 * minute,
      expect: { ...found.expect, mails: ['digest: 1 release did well'] },
    });
    expect(result.violations).toEqual([]);
    expect(result.mails.map(({ at, subject }) => [at.slice(11, 15), subject])).toEqual([
      ['10:1', '[prod] digest: 1 release did well'],
    ]);
  });
});
