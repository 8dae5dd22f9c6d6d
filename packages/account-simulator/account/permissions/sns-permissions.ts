import type { CreateTopicInput, PublishInput, SubscribeInput, UnsubscribeInput } from '@aws-sdk/client-sns';
import { on, type Requirements } from './required-permission.ts';

/** Permissions for calls of SNS. Source: Service Authorization Reference, "Amazon SNS". */
export const snsPermissions: Requirements = {
  Publish: ({ TopicArn, TargetArn }: PublishInput) => [
    // A text message to a telephone has no topic.
    on('sns:Publish', TopicArn ?? TargetArn ?? '*'),
  ],
  CreateTopic: ({ Name }: CreateTopicInput, scope) => [on('sns:CreateTopic', scope.arn('sns', Name ?? ''))],
  Subscribe: ({ TopicArn = '' }: SubscribeInput) => [on('sns:Subscribe', TopicArn)],
  ListSubscriptionsByTopic: ({ TopicArn = '' }: SubscribeInput) => [
    on('sns:ListSubscriptionsByTopic', TopicArn),
  ],
  Unsubscribe: ({ SubscriptionArn = '' }: UnsubscribeInput) => [
    on('sns:Unsubscribe', SubscriptionArn.slice(0, SubscriptionArn.lastIndexOf(':'))),
  ],
  ListTopics: () => [on('sns:ListTopics', '*')],
};
