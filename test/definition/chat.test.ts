import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import { answerApprovalInput } from '../../functions/operate/answer-approval/answer-approval.ts';
import { queryLedgerInput } from '../../functions/operate/query-ledger/query-ledger.ts';
import { chatMessage } from '../../shared/mail/chat-message.ts';
import { mailText } from '../unit/fixtures/mails.ts';
import { ownStatementsOf, root, template } from './product-template.ts';

const stackWith = (parameters: Readonly<Record<string, string>>) =>
  loadStack(
    path.join(root, 'template.yaml'),
    { StakeholderEmail: 'on-call@example.com', ...parameters },
    { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
  );
const slack = { SlackWorkspaceId: 'T0123ABCD', SlackChannelId: 'C0123ABCD' };
const resources = Object.entries<{ Type: string; Condition?: string; Properties: Record<string, never> }>(
  template.Resources,
);
const buttons = resources.flatMap(([id, { Type, Properties }]) =>
  Type === 'AWS::Chatbot::CustomAction' ? [{ id, properties: JSON.parse(JSON.stringify(Properties)) }] : [],
);
const chatTopicOf = (stack: ReturnType<typeof stackWith>) =>
  stack.topics.find(({ logicalId }) => logicalId === 'ChatTopic')?.arn;

it('is off unless a channel is named completely', () => {
  const parts = resources.filter(([id]) => /Chat/.test(id));
  expect(parts).toHaveLength(8);
  for (const [, { Condition }] of parts) expect(Condition).toBe('HasChat');
  expect(chatTopicOf(stackWith({}))).toBeUndefined();
  const topics = (stack: ReturnType<typeof stackWith>) =>
    new Set(stack.functions.map(({ environment }) => environment.CHAT_TOPIC_ARN));
  expect(topics(stackWith({}))).toEqual(new Set(['']));
  expect(topics(stackWith(slack))).toEqual(new Set([chatTopicOf(stackWith(slack))]));
});

it('needs workspace and channel, and says so', () => {
  for (const [name, value] of Object.entries(slack)) {
    expect(() => stackWith({ [name]: value })).toThrow('Give both SlackWorkspaceId and SlackChannelId');
  }
});

it('lets the channel answer questions and ask the ledger, and nothing else: role and guardrail are one policy', () => {
  expect(ownStatementsOf('AnswerInChat').map(({ actions, resources: of }) => [actions, of])).toEqual([
    [['states:StartExecution'], ['{"Ref":"AnswerApproval"}']],
    [['lambda:InvokeFunction'], ['{"Fn::GetAtt":["QueryLedgerFunction","Arn"]}']],
  ]);
  expect(template.Resources.ChatRole.Properties.ManagedPolicyArns).toEqual([{ Ref: 'AnswerInChat' }]);
  expect(template.Resources.ChatChannel.Properties.GuardrailPolicies).toEqual([{ Ref: 'AnswerInChat' }]);
});

describe.each(buttons)('the button $id', ({ id, properties }) => {
  const [attachment] = properties.Attachments;
  const approval = { incidentId: 'orders-20260105T090500Z', planDigest: '0123456789abcdef' };
  const message = (given: object) => JSON.parse(chatMessage(mailText(given), 'arn:chat'));

  /** The variables of a button that the chat reads from a message. */
  const variablesOf = (event: object): Record<string, string | undefined> =>
    Object.fromEntries(
      Object.entries<string>(attachment.Variables).map(([name, where]) => [
        name,
        where
          .split('.')
          .slice(1)
          // biome-ignore lint/suspicious/noExplicitAny: a path into a message.
          .reduce<any>((value, member) => value?.[member], event),
      ]),
    );
  const inputOf = (event: object): unknown => {
    const { 'Fn::Sub': text } = properties.Definition.CommandText;
    const [, json = ''] = /--(?:input|payload) '(\{.*\})'$/.exec(text) ?? [];
    expect(json).not.toMatch(/\s/);
    const filled = Object.entries(variablesOf(event)).reduce(
      (line, [name, value]) => line.replaceAll(`$${name}`, String(value)),
      json.replace(/\$\{SlackChannelId\}/, slack.SlackChannelId),
    );
    return JSON.parse(filled);
  };

  it('is linked with the channel', () => {
    expect(template.Resources.ChatChannel.Properties.CustomizationResourceArns).toContainEqual({
      'Fn::GetAtt': [id, 'CustomActionArn'],
    });
  });

  it('appears at a question of this coordinator alone', () => {
    expect(attachment.NotificationType).toBe('Custom');
    expect(attachment.Criteria).toContainEqual({
      Operator: 'EQUALS',
      VariableName: 'topic',
      Value: { Ref: 'ChatTopic' },
    });
    const wanted: string[] = attachment.Criteria.map(
      ({ VariableName }: { VariableName: string }) => VariableName,
    );
    const has = (given: object) => wanted.every((name) => variablesOf(message(given))[name] !== undefined);
    expect([has({ approval }), has({})]).toEqual([true, false]);
    expect(wanted.length).toBeLessThanOrEqual(5);
  });

  it('sends a valid input', () => {
    const input = inputOf(message({ approval }));
    const schema = id === 'ShowPlanInChat' ? queryLedgerInput : answerApprovalInput;
    expect(schema.parse(input)).toEqual(input);
    if (id !== 'ShowPlanInChat') expect(input).toMatchObject(approval);
  });
});
