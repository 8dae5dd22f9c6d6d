import * as z from 'zod';
import { givenUp } from '../../shared/incident/given-up.ts';
import { type WakeDeps, wakeProviders } from '../../shared/incident/wake-providers.ts';
import { wave } from '../../shared/targets/waves.ts';

export const giveUpServiceInput = z.strictObject({
  incidentId: z.string(),
  attempt: z.number().int().positive(),
  service: z.string(),
  planKey: z.string(),
  wave,
  /** When its execution was started, ISO 8601. */
  startedAt: z.iso.datetime(),
  /** The error its execution ended with. */
  error: z.string(),
});

/** What the rule needs. */
export interface GiveUpServiceDeps extends WakeDeps {
  readonly now: () => number;
}

/**
 * Looks after a service whose execution ended without success: where it could not record a result itself (it was
 * stopped, its lock was lost, a function failed for good), the service counts as failed. Its providers are told either
 * way, so that nobody waits for it. In a later wave its traffic is back, and only the targets of that wave count as failed.
 */
export function giveUpService(deps: GiveUpServiceDeps) {
  return async (input: z.infer<typeof giveUpServiceInput>): Promise<{ readonly status: string }> => {
    const { service, planKey, startedAt, error } = input;
    const known = await deps.incidents.serviceResult(input, service);
    const plan = await deps.plans.readService(planKey, service);
    const finishedAt = new Date(deps.now()).toISOString();
    const result = known ?? givenUp(input, plan, `ended with ${error}`, { startedAt, finishedAt });
    if (!known) await deps.incidents.putServiceResult(result);
    if (input.wave === 'traffic') await wakeProviders(deps, planKey, result);
    return { status: result.status };
  };
}
