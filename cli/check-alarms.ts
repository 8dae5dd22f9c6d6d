import { readAlarmConditions } from '../shared/aws/alarm-conditions.ts';
import type { AlarmReader } from '../shared/aws/alarm-reader.ts';

/** A problem of an alarm of an entry, or of a deployment group. */
export interface AlarmFinding {
  readonly name: string;
  readonly severity: 'error' | 'note';
  readonly reason: string;
}

/**
 * Problems of alarms in the account: missing ones, with the nearest name; blind, muted and faulty ones.
 *
 * @param now ms since the epoch
 */
export async function checkAlarms(
  reader: AlarmReader,
  names: readonly string[],
  now: number,
): Promise<AlarmFinding[]> {
  const { conditions, mutesUnknown } = await readAlarmConditions(reader, await reader.details(names), now);
  const findings = conditions.map(({ name, kind, detail }): AlarmFinding => {
    if (kind !== 'missing') return { name, severity: 'note', reason: `the alarm "${name}" ${detail}` };
    return {
      name,
      severity: 'error',
      reason: `CloudWatch has no alarm "${name}"${detail.replace('does not exist', '')}`,
    };
  });
  const [name] = names;
  if (name === undefined || mutesUnknown === undefined) return findings;
  const reason = `whether alarms are muted could not be read (${mutesUnknown})`;
  return [...findings, { name, severity: 'note', reason }];
}
