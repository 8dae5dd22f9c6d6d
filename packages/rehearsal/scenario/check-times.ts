import type { ScenarioFile } from './scenario.ts';
import type { ScenarioProblem } from './scenario-problem.ts';

/** Times in a scenario at which its run is over, and spans that end before they begin. */
export function checkTimes(file: ScenarioFile): ScenarioProblem[] {
  const { deadline, atLeast, faults } = file;
  const problems: ScenarioProblem[] = [];
  const add = (path: string, reason: string) => problems.push({ path, reason });
  const timed = {
    releases: file.releases,
    starts: file.starts,
    invocations: file.invocations,
    catalogWrites: file.catalogWrites,
    troubles: file.troubles,
    aliasMoves: file.aliasMoves,
    'faults.losses': faults.losses,
  };
  for (const [name, all] of Object.entries(timed)) {
    for (const [index, { at }] of all.entries()) {
      if (at >= deadline)
        add(`${name}.${index}.at`, 'must be before the deadline, at which the run is given up');
    }
  }
  if (atLeast > deadline) add('atLeast', 'must be at most the deadline');
  for (const [index, { from = 0, mendedAt }] of faults.stacks.entries()) {
    if (mendedAt !== undefined && mendedAt <= from)
      add(`faults.stacks.${index}.mendedAt`, 'must be after from');
  }
  return problems;
}
