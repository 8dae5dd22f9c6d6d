import { oneLine } from '../../../cli/text-layout.ts';
import type { NamedSettings } from '../scenario/scenario-account.ts';
import type { WorstCaseRun } from './play-scenario.ts';
import { isAsExpected, tallyByValue } from './tally.ts';

const head = ['setting', 'value', 'scenarios', 'runs', 'as expected', 'other ends'];

/** The table of docs/unverified.md, as Markdown: a line for each value of each setting. */
export function renderTable(runs: readonly WorstCaseRun[]): string[] {
  const rows = tallyByValue(runs).map((one) => [
    `\`${one.setting}\``,
    `\`${one.value}\``,
    String(one.scenarios),
    String(one.runs),
    String(one.asExpected),
    String(one.differ),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** Each run that did not go as expected: its first difference, and the command that plays it again. */
export function renderFailing(runs: readonly WorstCaseRun[]): string[] {
  return runs
    .filter((run) => !isAsExpected(run))
    .flatMap(({ scenario, changed, differences }) => {
      const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : '';
      const command = ['npm run worst-case -- --only', scenario, ...settingArguments(changed)].join(' ');
      return [`not as expected: ${oneLine(differences[0] ?? '', 300)}${more}`, `  ${command}`];
    });
}

/** Settings in the form of the command line. */
export function settingArguments(settings: NamedSettings): string[] {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`);
}
