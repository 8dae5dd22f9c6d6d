import * as z from 'zod';

/** One target of one service in one attempt of an incident: what its steps are asked about. */
export const targetStep = {
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  target: z.string(),
  planKey: z.string(),
} as const;
