import * as z from 'zod';
import { duration } from './duration.ts';

/** How a function that is a health check of a service behaves, where it does not simply tell the truth. */
export const scenarioHealthCheck = z.strictObject({
  /** Its name, as the policy has it. */
  function: z.string(),
  /** `Broken` throws; `Silent` takes for ever; `Mute` returns neither; `Missing` was never deployed. */
  result: z.enum(['Broken', 'Silent', 'Mute', 'Missing']),
  /** From when on; from the beginning where it is left out. `Missing` is so all the time. */
  from: duration.optional(),
});
export type ScenarioHealthCheck = z.infer<typeof scenarioHealthCheck>;
