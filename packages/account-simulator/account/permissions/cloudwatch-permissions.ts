import type { DeleteAlarmsInput, DescribeAlarmsInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { on, type PermissionScope, type Requirement, type Requirements } from './required-permission.ts';

/**
 * What calls of CloudWatch require. Metrics are no resources.
 *
 * Sources: Service Authorization Reference, "Amazon CloudWatch"; API reference, DescribeAlarms: composite alarms
 * come only to a permission on `*`. A narrower one is refused here; AWS may leave them out instead.
 */
export const cloudWatchPermissions: Requirements = {
  GetMetricData: () => [on('cloudwatch:GetMetricData', '*')],
  GetMetricStatistics: () => [on('cloudwatch:GetMetricStatistics', '*')],
  DescribeAlarms: ({ AlarmNames = [], AlarmTypes = [] }: DescribeAlarmsInput, scope) => {
    if (AlarmTypes.includes('CompositeAlarm')) return [on('cloudwatch:DescribeAlarms', '*')];
    const names = AlarmNames.length === 0 ? ['*'] : AlarmNames;
    return names.map((name) => on('cloudwatch:DescribeAlarms', alarmArn(scope, name)));
  },
  DeleteAlarms: ({ AlarmNames }: DeleteAlarmsInput, scope) =>
    (AlarmNames ?? []).map((name) => on('cloudwatch:DeleteAlarms', alarmArn(scope, name))),
  PutMetricAlarm: onAlarm('PutMetricAlarm'),
  PutCompositeAlarm: onAlarm('PutCompositeAlarm'),
  SetAlarmState: onAlarm('SetAlarmState'),
};

function onAlarm(operation: string): Requirement {
  return ({ AlarmName }: Pick<PutMetricAlarmInput, 'AlarmName'>, scope) => [
    on(`cloudwatch:${operation}`, alarmArn(scope, AlarmName)),
  ];
}

function alarmArn(scope: PermissionScope, name = ''): string {
  return scope.arn('cloudwatch', `alarm:${name}`);
}
