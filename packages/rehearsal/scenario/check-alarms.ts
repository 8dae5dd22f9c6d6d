import { parseAlarmRule } from 'account-simulator/account/cloudwatch/alarm-rule.ts';
import type { ScenarioFile } from './scenario.ts';
import { notOneOf, type ScenarioProblem } from './scenario-problem.ts';

/** The faults for which CloudWatch would refuse a scenario's composite alarms and mute rules. */
export function checkAlarms({ alarms }: Pick<ScenarioFile, 'alarms'>): ScenarioProblem[] {
  const problems: ScenarioProblem[] = [];
  const before: string[] = [];
  for (const [index, alarm] of alarms.entries()) {
    const add = (member: string, reason: string) =>
      problems.push({ path: `alarms.${index}.${member}`, reason });
    if ('rule' in alarm) {
      for (const reason of rulesProblems(alarm.rule, before)) add('rule', reason);
    }
    if (alarm.muted && alarm.muted.until - alarm.muted.from < 60_000) {
      add('muted', 'until must be at least a minute after from');
    }
    // A composite alarm is created at 0: the alarms in its rule must exist then.
    if (!('script' in alarm) || alarm.script.some(({ at, state }) => at <= 0 && state !== 'DELETED')) {
      before.push(alarm.name);
    }
  }
  return problems;
}

function rulesProblems(rule: string, known: readonly string[]): string[] {
  try {
    return parseAlarmRule(rule)
      .children.filter((name) => !known.includes(name))
      .map((name) => notOneOf('an alarm that stands before it and is there at 0', name, known));
  } catch (error) {
    return [(error as Error).message];
  }
}
