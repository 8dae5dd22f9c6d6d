import * as z from 'zod';

/** The part of an input that names the attempt of an incident. */
export const attemptStep = {
  incidentId: z.string(),
  attempt: z.number().int().positive(),
} as const;

/** The part of an input that names one service of the attempt's plan. */
export const serviceStep = { ...attemptStep, service: z.string(), planKey: z.string() } as const;

/** The part of an input that names one target of the service. */
export const targetStep = { ...serviceStep, target: z.string() } as const;
