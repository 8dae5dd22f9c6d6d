import * as z from 'zod';

/**
 * Phases of a service's rollback in their usual order. Targets of one phase go back side by side; no phase begins after a
 * failed one.
 *
 * Settings go back before the code that reads them. Traffic goes before the stack, which takes minutes for a change that an
 * alias makes in seconds.
 */
export const phase = z.enum(['hook-before', 'parameters', 'traffic', 'stack', 'hook-after']);
export type RollbackPhase = z.infer<typeof phase>;

/** Another order of the phases: all of them, each once. */
export const phaseOrder = z
  .array(phase)
  .refine((order) => order.length === phase.options.length && new Set(order).size === order.length, {
    error: `has to name each phase once: ${phase.options.join(', ')}`,
  });
