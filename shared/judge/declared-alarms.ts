import type { Evidence } from './judgement.ts';

/** A declared CloudWatch alarm as it was read. */
export interface AlarmReading {
  readonly name: string;
  /** `missing`: there is no alarm of that name. */
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'missing';
  /** When it entered this state, ms since the epoch. */
  readonly since?: number | undefined;
  /** Its state when the deployment was first seen. */
  readonly before?: string | undefined;
}

/**
 * The one meaning of a declared alarm: it speaks against a release only if it turned ALARM after the
 * deployment began.
 *
 * In ALARM since before, it is vetoed as pre-existing: it neither condemns the release nor blocks a fix. A
 * missing alarm and INSUFFICIENT_DATA are named and decide nothing.
 *
 * @param startedAt beginning of the deployment, ms since the epoch
 */
export function judgeAlarms(alarms: readonly AlarmReading[], startedAt: number): Evidence[] {
  return alarms.map((alarm) => ({
    rule: 'declared-alarm',
    metric: `alarm ${alarm.name}`,
    ...weigh(alarm, startedAt),
  }));
}

function weigh(alarm: AlarmReading, startedAt: number): Pick<Evidence, 'finding' | 'detail'> {
  const { name, state } = alarm;
  switch (state) {
    case 'missing':
      return { finding: 'note', detail: `alarm ${name} is declared in the catalog but does not exist` };
    case 'INSUFFICIENT_DATA':
      return { finding: 'note', detail: `alarm ${name} has too little data to say anything` };
    case 'OK':
      return { finding: 'clear', detail: `alarm ${name} is OK` };
    case 'ALARM': {
      const preExisting = alarm.before === 'ALARM' || (alarm.since ?? startedAt) < startedAt;
      return preExisting
        ? {
            finding: 'note',
            detail: `alarm ${name} was in ALARM before the deployment began: ruled out`,
          }
        : { finding: 'breach', detail: `alarm ${name} turned ALARM after the deployment began` };
    }
  }
}
