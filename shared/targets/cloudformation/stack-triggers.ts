import type { Signals } from '../../aws/signals.ts';
import type { StackState, Stacks } from '../../aws/stacks.ts';
import { jsonWord } from '../../by-hand/shell-word.ts';
import { parseTemplate } from '../../stack/stack-template.ts';
import type { RollbackTriggers, StackPlan } from './shapes.ts';

/** The triggers of a pin's update: an alarm caused by the bad release would roll the pin back onto it. */
export const noTriggers: RollbackTriggers = { alarms: [], minutes: 0 };

/** The triggers of a stack, as far as the next update can have them. */
export interface TriggerReading {
  /** Without alarms that are gone: a missing trigger fails the update (API reference, RollbackConfiguration). */
  readonly triggers: RollbackTriggers;
  /** Names of alarms that are in ALARM. */
  readonly ringing: readonly string[];
}

/** Reads the alarms of rollback triggers. */
export async function readTriggers(
  signals: Signals,
  { alarms, minutes }: RollbackTriggers,
): Promise<TriggerReading> {
  const readings = await signals.alarms(alarms.map(alarmName));
  return {
    triggers: { alarms: alarms.filter((_, index) => readings[index]?.state !== 'missing'), minutes },
    ringing: readings.filter(({ state }) => state === 'ALARM').map(({ name }) => name),
  };
}

/** The planned triggers that a stack lacks; undefined if it has them all. */
export function lackedTriggers(
  { triggers: planned }: Pick<StackPlan, 'triggers'>,
  { triggers: live = noTriggers }: Pick<StackState, 'triggers'>,
): RollbackTriggers | undefined {
  if (!planned) return undefined;
  const arns = new Set(live.alarms.map(({ arn }) => arn));
  const alarms = planned.alarms.filter(({ arn }) => !arns.has(arn));
  const minutes = live.minutes < planned.minutes ? planned.minutes : 0;
  return alarms.length > 0 || minutes > 0 ? { alarms, minutes } : undefined;
}

/**
 * Whether a stack has its rollback triggers after our last update, to follow a description of that; empty if the plan has
 * none.
 */
export function triggersAfter(
  plan: Pick<StackPlan, 'triggers'>,
  stack: Pick<StackState, 'triggers'>,
): string {
  if (!plan.triggers) return '';
  const lacked = lackedTriggers(plan, stack);
  return lacked ? `, without rollback triggers (${triggersInWords(lacked)})` : ', with its rollback triggers';
}

/** Rollback triggers by name, with their minutes. */
export function triggersInWords({ alarms, minutes }: RollbackTriggers): string {
  const monitored = minutes > 0 ? [`${minutes} min of monitoring`] : [];
  return [...alarms.map(alarmName), ...monitored].join(', ');
}

/**
 * Settings that a merely pinned stack lacks for its next release, and how to restore them: sentences, none if it lacks
 * nothing. The pin removes rollback triggers, and the UpdatePolicy of its aliases; CloudFormation leaves the triggers as
 * they are, and it is not documented whether an update uses an UpdatePolicy that it adds itself.
 */
export async function lackedSincePin(
  stacks: Stacks,
  plan: Pick<StackPlan, 'stack' | 'aliases' | 'triggers' | 'shifted'>,
): Promise<string[]> {
  const { stack } = plan;
  const lacked = plan.triggers && lackedTriggers(plan, await stacks.describe(stack));
  const unshifted = plan.shifted?.length ? await aliasesWithoutPolicy(stacks, plan) : [];
  return [
    ...(unshifted.length > 0
      ? [
          `The pin took the UpdatePolicy of ${unshifted.join(', ')} out of stack ${stack}: the next release brings it back, ` +
            'but CloudFormation may use it only from the release after that on, so that the next one may shift all its traffic at once.',
        ]
      : []),
    ...(lacked
      ? [
          `The pin took rollback triggers off stack ${stack} (${triggersInWords(lacked)}): CloudFormation keeps it without them, ` +
            'and sam deploy cannot bring them back. Make the change set of the next release with aws cloudformation ' +
            `create-change-set --rollback-configuration ${jsonWord(configurationOf(plan.triggers ?? lacked))}.`,
        ]
      : []),
  ];
}

/** Triggers in CloudFormation's form. */
export function configurationOf({ alarms, minutes }: RollbackTriggers) {
  return {
    RollbackTriggers: alarms.map(({ arn, type }) => ({ Arn: arn, Type: type })),
    MonitoringTimeInMinutes: minutes,
  };
}

/** Aliases of a plan, in the form FUNCTION:ALIAS, that the stack moves without CodeDeploy. */
async function aliasesWithoutPolicy(
  stacks: Stacks,
  { stack, aliases, shifted = [] }: Pick<StackPlan, 'stack' | 'aliases' | 'shifted'>,
): Promise<string[]> {
  const moved = aliases.filter(({ target }) => shifted.includes(target));
  const { Resources } = parseTemplate(await stacks.processedTemplate(stack));
  const found: string[] = [];
  for (const [logicalId, physicalId] of await stacks.physicalIds(stack)) {
    const resource = Resources[logicalId];
    if (resource?.Type !== 'AWS::Lambda::Alias' || 'UpdatePolicy' in resource) continue;
    const planned = moved.find((one) => physicalId.endsWith(`:function:${one.function}:${one.alias}`));
    if (planned) found.push(`${planned.function}:${planned.alias}`);
  }
  return found;
}

/** `arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME`; a name may have colons. */
function alarmName({ arn }: { readonly arn: string }): string {
  return arn.split(':').slice(6).join(':');
}
