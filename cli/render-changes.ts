import type { StackChange } from '../shared/stack/change-set.ts';
import { fitTable, type Screen } from './layout.ts';

/** The changes of a change set in a table. */
export function renderChanges(changes: readonly StackChange[], screen: Screen): string[] {
  return fitTable(
    ['CHANGE', 'RESOURCE', 'TYPE', 'REPLACED', 'WHAT'],
    changes.map(({ action, logicalId, type, replacement, scope }) => [
      action,
      logicalId,
      type,
      replacedIn[replacement ?? ''] ?? '-',
      scope.join(', '),
    ]),
    screen,
  );
}

const replacedIn: Readonly<Record<string, string>> = { True: 'yes', False: 'no', Conditional: 'maybe' };
