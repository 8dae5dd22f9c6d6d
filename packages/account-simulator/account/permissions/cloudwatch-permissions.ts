import type {
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmsInput,
  GetAlarmMuteRuleInput,
  PutAlarmMuteRuleInput,
  PutMetricAlarmInput,
} from '@aws-sdk/client-cloudwatch';
import { on, type PermissionScope, type Requirement, type Requirements } from './required-permission.ts';

/**
 * Permissions for calls of CloudWatch. Metrics are no resources.
 *
 * Sources: Service Authorization Reference, "Amazon CloudWatch"; API reference, DescribeAlarms and DescribeAlarmHistory:
 * composite alarms are returned only with a permission on `*`. A narrower permission is refused here; AWS may leave them out
 * instead. The resource for listing mute rules is not documented: `*` is assumed.
 */
export const cloudWatchPermissions: Requirements = {
  GetMetricData: () => [on('cloudwatch:GetMetricData', '*')],
  GetMetricStatistics: () => [on('cloudwatch:GetMetricStatistics', '*')],
  DescribeAlarms: ({ AlarmNames = [], AlarmTypes = [] }: DescribeAlarmsInput, scope) => {
    if (AlarmTypes.includes('CompositeAlarm')) return [on('cloudwatch:DescribeAlarms', '*')];
    const names = AlarmNames.length === 0 ? ['*'] : AlarmNames;
    return names.map((name) => on('cloudwatch:DescribeAlarms', alarmArn(scope, name)));
  },
  DescribeAlarmHistory: ({ AlarmName = '*', AlarmTypes = [] }: DescribeAlarmHistoryInput, scope) => [
    on(
      'cloudwatch:DescribeAlarmHistory',
      AlarmTypes.includes('CompositeAlarm') ? '*' : alarmArn(scope, AlarmName),
    ),
  ],
  DeleteAlarms: onAlarms('DeleteAlarms'),
  EnableAlarmActions: onAlarms('EnableAlarmActions'),
  DisableAlarmActions: onAlarms('DisableAlarmActions'),
  PutMetricAlarm: onAlarm('PutMetricAlarm'),
  PutCompositeAlarm: onAlarm('PutCompositeAlarm'),
  PutLogAlarm: onAlarm('PutLogAlarm'),
  ListAlarmMuteRules: () => [on('cloudwatch:ListAlarmMuteRules', '*')],
  GetAlarmMuteRule: onMuteRule('GetAlarmMuteRule'),
  DeleteAlarmMuteRule: onMuteRule('DeleteAlarmMuteRule'),
  PutAlarmMuteRule: ({ Name = '', MuteTargets }: PutAlarmMuteRuleInput, scope) => [
    on('cloudwatch:PutAlarmMuteRule', muteRuleArn(scope, Name)),
    ...(MuteTargets?.AlarmNames ?? []).map((name) =>
      on('cloudwatch:PutAlarmMuteRule', alarmArn(scope, name)),
    ),
  ],
  SetAlarmState: onAlarm('SetAlarmState'),
};

function onAlarm(operation: string): Requirement {
  return ({ AlarmName }: Pick<PutMetricAlarmInput, 'AlarmName'>, scope) => [
    on(`cloudwatch:${operation}`, alarmArn(scope, AlarmName)),
  ];
}

function onAlarms(operation: string): Requirement {
  return ({ AlarmNames }: Pick<DeleteAlarmsInput, 'AlarmNames'>, scope) =>
    (AlarmNames ?? []).map((name) => on(`cloudwatch:${operation}`, alarmArn(scope, name)));
}

function onMuteRule(operation: string): Requirement {
  return ({ AlarmMuteRuleName = '' }: GetAlarmMuteRuleInput, scope) => [
    on(`cloudwatch:${operation}`, muteRuleArn(scope, AlarmMuteRuleName)),
  ];
}

function muteRuleArn(scope: PermissionScope, name: string): string {
  return scope.arn('cloudwatch', `alarm-mute-rule:${name}`);
}

function alarmArn(scope: PermissionScope, name = ''): string {
  return scope.arn('cloudwatch', `alarm:${name}`);
}
