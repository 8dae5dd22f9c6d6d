import path from 'node:path';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';
import { root, template } from './product-template.ts';

const stackWith = (parameters: Readonly<Record<string, string>>) =>
  loadStack(
    path.join(root, 'template.yaml'),
    { StakeholderEmail: 'on-call@example.com', ...parameters },
    { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'rollback-coordinator' },
  );
const subscriptionsWith = (parameters: Readonly<Record<string, string>>) =>
  stackWith(parameters).topics.flatMap(({ subscriptions }) => subscriptions);
const topicsWith = (parameters: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    stackWith(parameters).topics.map(({ logicalId, subscriptions }) => [logicalId, subscriptions]),
  );
const everything = { protocol: 'email', endpoint: 'on-call@example.com' };

it('one address gets every mail', () => {
  expect(subscriptionsWith({})).toEqual([everything]);
});

it('a second address gets only the critical mails', () => {
  expect(subscriptionsWith({ CriticalEmail: 'pager@example.com' })).toEqual([
    everything,
    { protocol: 'email', endpoint: 'pager@example.com', filterPolicy: { severity: ['critical'] } },
  ]);
});

it('so do a phone and an endpoint', () => {
  const filterPolicy = { severity: ['critical'] };
  expect(
    subscriptionsWith({ CriticalPhone: '+14155550100', CriticalEndpoint: 'https://events.example.com/x' }),
  ).toEqual([
    everything,
    { protocol: 'sms', endpoint: '+14155550100', filterPolicy },
    { protocol: 'https', endpoint: 'https://events.example.com/x', filterPolicy },
  ]);
});

it('an address on the escalation topic gets critical mails without an answer', () => {
  const escalated = { protocol: 'email', endpoint: 'manager@example.com' };
  expect(subscriptionsWith({ EscalationEmail: 'manager@example.com' })).toEqual([everything, escalated]);
  expect(topicsWith({ EscalationEmail: 'manager@example.com' })).toEqual({
    StakeholderTopic: [everything],
    EscalationTopic: [escalated],
  });
});

it('is refused where it is no address', () => {
  expect(() => subscriptionsWith({ CriticalEmail: 'pager' })).toThrow(/CriticalEmail/);
  expect(() => subscriptionsWith({ EscalationEmail: 'manager' })).toThrow(/EscalationEmail/);
  for (const CriticalPhone of ['0415 5550100', '+0', '4155550100']) {
    expect(() => subscriptionsWith({ CriticalPhone })).toThrow(/CriticalPhone/);
  }
  expect(() => subscriptionsWith({ CriticalEndpoint: 'http://events.example.com' })).toThrow(
    /CriticalEndpoint/,
  );
});

it('the paging address is shown nowhere', () => {
  expect(template.Parameters.CriticalEndpoint.NoEcho).toBe(true);
  const users = Object.keys(template.Resources).filter((id) =>
    JSON.stringify(template.Resources[id]).includes('CriticalEndpoint"'),
  );
  expect(users).toEqual(['CriticalEndpointSubscription']);
});

it('the functions know that there is a phone, but not its number', () => {
  const environmentWith = (parameters: Readonly<Record<string, string>>) =>
    stackWith(parameters).functions.map(({ environment }) => environment.CRITICAL_PHONE);
  expect(new Set(environmentWith({ CriticalPhone: '+14155550100' }))).toEqual(new Set(['subscribed']));
  expect(new Set(environmentWith({}))).toEqual(new Set(['none']));
});
