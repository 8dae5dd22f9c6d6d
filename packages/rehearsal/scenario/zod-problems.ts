import type * as z from 'zod';
import type { ScenarioProblem } from './scenario-problem.ts';

/** The problems of a zod error: one per member, unknown members by their own path. */
export function problemsOf(error: z.ZodError, prefix: readonly PropertyKey[] = []): ScenarioProblem[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path].map(String);
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), reason: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), reason: 'is not a known member' }));
  });
}
