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
 * What calls of CloudWatch require. Metrics are no resources.
 *
 * Sources: Service Authorization Reference, "Amazon CloudWatch"; API reference, DescribeAlarms and DescribeAlarmHistory:
 * composite alarms come only to a permission on `*`. A narrower one is refused here; AWS may leave them out instead. On
 * which resource mute rules are listed is not documented: on all of them, it is assumed.
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
