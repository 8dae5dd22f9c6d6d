import * as z from 'zod';
import { duration } from './duration.ts';

/** The behaviour of a service's health check function, where it does not report the true state. */
export const scenarioHealthCheck = z.strictObject({
  /** Its name in the policy. */
  function: z.string(),
  /** `Broken` throws; `Silent` never ends; `Mute` returns neither answer; `Missing` was never deployed. */
  result: z.enum(['Broken', 'Silent', 'Mute', 'Missing']),
  /** Start of the behaviour; from the beginning by default. `Missing` holds all the time. */
  from: duration.optional(),
});
export type ScenarioHealthCheck = z.infer<typeof scenarioHealthCheck>;
