import { fewProblems, type InputProblem } from '../../../shared/check-input.ts';
import { nearestName } from '../../../shared/nearest-name.ts';

/** A problem in a scenario file. */
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

/** The reason why a name is refused, with the nearest allowed name and all allowed ones. */
export function notOneOf(what: string, given: string, allowed: readonly string[]): string {
  const nearest = nearestName(given, allowed);
  const meant = nearest ? `did you mean "${nearest}"? ` : '';
  return `"${given}" is not ${what}; ${meant}allowed: ${allowed.join(', ') || 'none'}`;
}
