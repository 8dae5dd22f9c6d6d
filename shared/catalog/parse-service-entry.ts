import { parse } from 'yaml';
import type * as z from 'zod';
import { owners, type ServiceEntry, serviceEntry } from './service-entry.ts';

/** Something wrong in an entry: where, as `policy.limits.errorRate` (empty for the entry as a whole), and what. */
export interface EntryProblem {
  readonly path: string;
  readonly reason: string;
}

/** An entry, or why its text is none; then its owners as well, where they can be made out. */
export type ParsedEntry =
  | { readonly entry: ServiceEntry }
  | { readonly problems: readonly EntryProblem[]; readonly owners: readonly string[] | undefined };

/**
 * Reads the text of one service's parameter: JSON or YAML.
 *
 * @param named the service that the parameter's name says; any without it
 */
export function parseServiceEntry(text: string, named?: string): ParsedEntry {
  let value: unknown;
  try {
    // YAML 1.2 holds JSON, so one parser reads both forms.
    value = parse(text);
  } catch (error) {
    const reason = `it is neither JSON nor YAML: ${(error as Error).message.split('\n')[0]}`;
    return { problems: [{ path: '', reason }], owners: undefined };
  }
  return checkServiceEntry(value, named);
}

/** The same for an entry that is no text any more. */
export function checkServiceEntry(value: unknown, named?: string): ParsedEntry {
  const parsed = serviceEntry.safeParse(value);
  if (!parsed.success) return { problems: problemsOf(parsed.error), owners: ownersOf(value) };
  const { service } = parsed.data;
  if (named !== undefined && service !== named) {
    const reason = `is "${service}", but the parameter is named for "${named}"`;
    return { problems: [{ path: 'service', reason }], owners: parsed.data.owners };
  }
  return { entry: parsed.data };
}

function ownersOf(value: unknown): readonly string[] | undefined {
  const found = owners.safeParse((value as { owners?: unknown } | null)?.owners);
  return found.success ? found.data : undefined;
}

function problemsOf(error: z.ZodError): EntryProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') {
      return [{ path: path.join('.') || 'input', reason: issue.message }];
    }
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), reason: 'is not a known field' }));
  });
}
