import type { RollbackConfiguration } from '@aws-sdk/client-cloudformation';
import type { AlarmsPort } from '../codedeploy/codedeploy-ports.ts';
import { validationError } from './cloudformation-errors.ts';

/** The most triggers of a stack, and minutes of monitoring (API reference, `RollbackConfiguration`). */
const MOST_TRIGGERS = 5;
const LONGEST_MINUTES = 180;

/**
 * The rollback configuration that results from a request: omitted members stay, an empty list removes the triggers.
 *
 * @throws ValidationError
 */
export function rollbackConfiguration(
  given: RollbackConfiguration | undefined,
  previous: RollbackConfiguration = {},
): RollbackConfiguration {
  const result = { ...previous, ...definedMembers(given) };
  const { RollbackTriggers = [], MonitoringTimeInMinutes: minutes = 0 } = result;
  if (RollbackTriggers.length > MOST_TRIGGERS) {
    throw validationError(`A stack can have at most ${MOST_TRIGGERS} rollback triggers.`);
  }
  if (!(minutes >= 0 && minutes <= LONGEST_MINUTES)) {
    throw validationError(
      `1 validation error detected: Value '${minutes}' at 'rollbackConfiguration.monitoringTimeInMinutes' failed to satisfy constraint: Member must have value less than or equal to ${LONGEST_MINUTES}`,
    );
  }
  return result;
}

/** The reason why a stack's triggers fail an operation at its beginning. */
export function failureAtBeginning(
  { RollbackTriggers = [] }: RollbackConfiguration,
  alarms: AlarmsPort,
  behaviour: { readonly ringingTrigger: 'counts' | 'ignored' },
): string | undefined {
  for (const { Arn = '' } of RollbackTriggers) {
    const state = alarms.state(alarmName(Arn));
    if (state === undefined) return `Rollback trigger ${Arn} does not exist.`;
    if (state === 'ALARM' && behaviour.ringingTrigger === 'counts') return failureBy(Arn);
  }
  return undefined;
}

/** The reason why a change of an alarm fails an operation of a stack with these triggers. */
export function failureByAlarm(
  { RollbackTriggers = [] }: RollbackConfiguration,
  name: string,
): string | undefined {
  const trigger = RollbackTriggers.find(({ Arn = '' }) => alarmName(Arn) === name);
  return trigger && failureBy(trigger.Arn ?? '');
}

function failureBy(arn: string): string {
  return `Rollback trigger ${arn} is in ALARM state.`;
}

function alarmName(arn: string): string {
  return arn.split(':').slice(6).join(':');
}

function definedMembers(given: RollbackConfiguration = {}): RollbackConfiguration {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
