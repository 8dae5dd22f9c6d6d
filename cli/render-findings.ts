import type { CheckedFiles } from './check-files.ts';
import type { FileMeaning } from './check-online.ts';
import { fitTable, type Screen } from './layout.ts';

/** The findings, one line each: `file  service  path  reason`. */
export function renderFindings({ findings }: Pick<CheckedFiles, 'findings'>, screen: Screen): string[] {
  return fitTable(
    ['FOUND', 'FILE', 'SERVICE', 'WHAT'],
    findings.map(({ file, service, severity, path, reason }) => [
      { text: severity, as: severity === 'error' ? 'bad' : 'doubtful' },
      file,
      service || '-',
      path ? `${path}: ${reason}` : reason,
    ]),
    screen,
  );
}

/** One line for each target: its actual state in the account. */
export function renderMeanings(meanings: readonly FileMeaning[], screen: Screen): string[] {
  return fitTable(
    ['SERVICE', 'PATH', 'TARGET', 'MEANS'],
    meanings.map(({ service, path, target, means }) => [service, path, target, means]),
    screen,
  );
}
