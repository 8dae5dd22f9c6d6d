import { Expression } from '../expressions/expression.ts';
import type { ChoiceRule, ChoiceState } from '../machine.ts';
import type { Frame } from './frame.ts';
import { conclude, type Outcome } from './outcome.ts';
import type { Run } from './run.ts';

/**
 * Takes the first rule whose Condition is true, with that rule's Assign and Output; otherwise the Default, with the Assign
 * and Output of the state (states-language.net, "JSONata Choice Rules").
 */
export async function runChoice(run: Run, frame: Frame, state: ChoiceState): Promise<Outcome> {
  const states = run.states(frame);
  for (const [index, rule] of state.choices.entries()) {
    if (!(await holds(run, frame, rule))) continue;
    run.services.routeTaken(() => ({ ...run.progress(state), route: 'choice', index, error: undefined }));
    return conclude(run, frame, rule, states, frame.input);
  }
  if (state.next === undefined) {
    throw run.failure(
      frame,
      'States.NoChoiceMatched',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  run.services.routeTaken(() => ({ ...run.progress(state), route: 'default', index: 0, error: undefined }));
  return conclude(run, frame, state, states, frame.input);
}

async function holds(run: Run, frame: Frame, { condition }: ChoiceRule): Promise<boolean> {
  if (!(condition instanceof Expression)) return condition;
  const value = await run.evaluate(frame, condition, run.states(frame));
  if (typeof value === 'boolean') return value;
  throw run.evaluationFailed(frame, condition.unexpected('boolean', value));
}
