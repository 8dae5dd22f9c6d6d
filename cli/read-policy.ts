import { checkServiceEntry } from '../shared/catalog/parse-service-entry.ts';
import { type ServicePolicy, servicePolicy } from '../shared/catalog/service-entry.ts';
import { checkInput, fewProblems, type InputProblem } from '../shared/check-input.ts';
import { readYaml } from '../shared/read-yaml.ts';
import { CannotDo } from './cannot-do.ts';
import { readText } from './catalog-files.ts';

/** A policy, with the service of its file. */
export interface NamedPolicy {
  /** Undefined if the file has only a policy. */
  readonly service?: string;
  readonly policy: ServicePolicy;
}

/** Reads a policy from a file: an entry of the catalog, or only its policy. @throws CannotDo for anything else */
export function readPolicy(file: string): NamedPolicy {
  const read = readYaml(readText(file));
  if ('problems' in read) throw refusal(file, 'is neither JSON nor YAML', read.problems);
  const { value } = read;
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  if ('service' in fields) {
    const parsed = checkServiceEntry(value);
    if ('problems' in parsed) throw refusal(file, 'is not a right entry of the catalog', parsed.problems);
    return { service: parsed.entry.service, policy: parsed.entry.policy };
  }
  if (!('policy' in fields) || Object.keys(fields).length !== 1) {
    throw new CannotDo(
      `${file}: must be one entry of the catalog, or its policy alone: a line "policy:" with the fields below it`,
    );
  }
  const checked = checkInput(servicePolicy, fields.policy);
  if ('data' in checked) return { policy: checked.data };
  const below = ({ path, reason }: InputProblem) => ({
    path: path === '' ? path : path === 'input' ? 'policy' : `policy.${path}`,
    reason,
  });
  throw refusal(file, 'is not a right policy', fewProblems(checked.problems).map(below));
}

/** The error of a file with its problems, one line each. */
export function refusal(file: string, what: string, problems: readonly InputProblem[]): CannotDo {
  const lines = problems.map(({ path, reason }) => `  ${path ? `${path}: ` : ''}${reason}`);
  return new CannotDo([`${file} ${what}:`, ...lines].join('\n'));
}
