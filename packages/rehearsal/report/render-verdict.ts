import { duration } from '../../../shared/mail/mail-text.ts';
import type { RehearsalResult } from './rehearsal-result.ts';

/** The last lines: whether the rehearsal went as the scenario expects, and its duration. */
export function renderVerdict(result: RehearsalResult): string[] {
  const { executions, violations, virtualSeconds, wallMs, scenario } = result;
  const transitions = executions.reduce((sum, one) => sum + one.stateTransitions, 0);
  const invocations = Object.values(result.invocations).reduce((sum, count) => sum + count, 0);
  const throttled = result.throttled > 0 ? `, ${result.throttled} calls refused by a request limit` : '';
  const took =
    `${duration(virtualSeconds * 1000)} of virtual time in ${(wallMs / 1000).toFixed(1)} s: ` +
    `${executions.length} executions, ${transitions} state transitions, ${invocations} function invocations${throttled}.`;
  const notes = result.notes.map((note) => `Note: ${note}`);
  if (violations.length === 0) return ['', ...notes, `${scenario} went as expected. ${took}`];
  return ['', ...notes, `${scenario} did NOT go as expected:`, ...violations.map((one) => `  ${one}`), took];
}
