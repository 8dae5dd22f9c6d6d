import { checkInput, fewProblems, type InputProblem } from '../check-input.ts';
import { readYaml } from '../read-yaml.ts';
import { problemsByRule } from './entry-rules.ts';
import { owners, type ServiceEntry, serviceEntry } from './service-entry.ts';

/** A problem of an entry: its place, such as `policy.limits.errorRate` (empty for the whole entry), and the reason. */
export type EntryProblem = InputProblem;

/** An entry, or its problems; then its owners as well, if they can be read. */
export type ParsedEntry =
  | { readonly entry: ServiceEntry }
  | { readonly problems: readonly EntryProblem[]; readonly owners: readonly string[] | undefined };

/**
 * Reads the text of one service's parameter: JSON or YAML.
 *
 * @param named the service in the parameter's name; left out, any service is accepted
 */
export function parseServiceEntry(text: string, named?: string): ParsedEntry {
  // YAML 1.2 holds JSON, so one parser reads both forms.
  const read = readYaml(text);
  if ('value' in read) return checkServiceEntry(read.value, named);
  const [{ path, reason } = { path: '', reason: '' }, ...others] = read.problems;
  const first = { path: '', reason: `it is neither JSON nor YAML: ${path ? `${path}: ` : ''}${reason}` };
  return { problems: [first, ...others], owners: undefined };
}

/** Checks an entry that is already parsed. */
export function checkServiceEntry(value: unknown, named?: string): ParsedEntry {
  const checked = checkInput(serviceEntry, value);
  if ('problems' in checked) return { problems: fewProblems(checked.problems), owners: ownersOf(value) };
  const { data: entry } = checked;
  const { service } = entry;
  if (named !== undefined && service !== named) {
    const reason = `is "${service}", but the parameter is named for "${named}"`;
    return { problems: [{ path: 'service', reason }], owners: entry.owners };
  }
  const problems = problemsByRule(entry);
  return problems.length > 0 ? { problems: fewProblems(problems), owners: entry.owners } : { entry };
}

function ownersOf(value: unknown): readonly string[] | undefined {
  const found = owners.safeParse((value as { owners?: unknown } | null)?.owners);
  return found.success ? found.data : undefined;
}
