import { fewProblems, type InputProblem } from '../../../shared/check-input.ts';
import { nearestName } from '../../../shared/nearest-name.ts';

/** One thing wrong with a scenario file. */
export type ScenarioProblem = InputProblem;

/** A scenario that cannot be played; the message has one line per problem, each with file, path and reason. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly ScenarioProblem[];

  constructor(file: string, problems: readonly ScenarioProblem[]) {
    super(
      fewProblems(problems)
        .map(({ path, reason }) => `${file}: ${path ? `${path}: ` : ''}${reason}`)
        .join('\n'),
    );
    this.problems = problems;
  }
}

/** Why a name is refused, with the one that was probably meant and all that are allowed. */
export function notOneOf(what: string, given: string, allowed: readonly string[]): string {
  const nearest = nearestName(given, allowed);
  const meant = nearest ? `did you mean "${nearest}"? ` : '';
  return `"${given}" is not ${what}; ${meant}allowed: ${allowed.join(', ') || 'none'}`;
}
