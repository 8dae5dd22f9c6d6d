import type { CheckedFiles } from './check-files.ts';
import { table } from './text-layout.ts';

/** What was found, one line each: `file  service  path  reason`. */
export function renderFindings({ findings }: Pick<CheckedFiles, 'findings'>): string[] {
  return table(
    findings.map(({ file, service, severity, path, reason }) => [
      severity,
      file,
      service || '-',
      path ? `${path}: ${reason}` : reason,
    ]),
  );
}
