import type { StackChange } from '../shared/stack/change-set.ts';
import { table } from './text-layout.ts';

/** The changes of a change set in a table. */
export function renderChanges(changes: readonly StackChange[]): string[] {
  return table([
    ['CHANGE', 'RESOURCE', 'TYPE', 'REPLACED', 'WHAT'],
    ...changes.map(({ action, logicalId, type, replacement, scope }) => [
      action,
      logicalId,
      type,
      replacedIn[replacement ?? ''] ?? '-',
      scope.join(', '),
    ]),
  ]);
}

const replacedIn: Readonly<Record<string, string>> = { True: 'yes', False: 'no', Conditional: 'maybe' };
