import { EvaluationError, Expression } from '../expressions/expression.ts';
import type { WaitState } from '../machine.ts';
import { parseTimestamp } from '../timestamp.ts';
import type { Frame } from './frame.ts';
import { conclude, type Outcome } from './outcome.ts';
import type { Run } from './run.ts';

const MOST_SECONDS = 99_999_999;

/** Waits for a number of seconds or until a time (AWS: step-functions/latest/dg/state-wait). */
export async function runWait(run: Run, frame: Frame, state: WaitState): Promise<Outcome> {
  await run.sleep(frame, await delay(run, frame, state));
  return conclude(run, frame, state, run.states(frame), frame.input);
}

async function delay(run: Run, frame: Frame, state: WaitState): Promise<number> {
  if (state.seconds !== undefined) {
    return 1000 * (await run.number(frame, state.seconds, 0, MOST_SECONDS, run.states(frame)));
  }
  return (await until(run, frame, state.timestamp as number | Expression)) - run.services.clock.now();
}

async function until(run: Run, frame: Frame, timestamp: number | Expression): Promise<number> {
  if (!(timestamp instanceof Expression)) return timestamp;
  const value = await run.evaluate(frame, timestamp, run.states(frame));
  const time = typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (time !== undefined) return time;
  if (typeof value !== 'string') throw run.evaluationFailed(frame, timestamp.unexpected('string', value));
  throw run.evaluationFailed(
    frame,
    // wording of AWS's own causes
    new EvaluationError(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${value}`,
      timestamp.location,
    ),
  );
}
