import type { ServicePlan } from '../service-plan.ts';
import type { HookPlan } from './shapes.ts';

/** The event of a hook: a contract with the teams, documented in docs/runbook.md. */
export interface HookEvent {
  readonly version: 1;
  readonly incidentId: string;
  readonly service: string;
  readonly when: 'before' | 'after';
  /** Release that is undone. */
  readonly fromRelease: string;
  /** Release to go back to; null if it is known only as the versions before the deployment. */
  readonly toRelease: string | null;
  /**
   * Equal whenever this hook is invoked for this incident to undo the same releases: it need not repeat its work. Different
   * if somebody released the service again meanwhile.
   */
  readonly idempotencyToken: string;
  /** For a hook that answers by callback: the token for SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat. */
  readonly taskToken?: string;
}

type HookedService = Pick<ServicePlan, 'service' | 'fromRelease' | 'toRelease' | 'undoes'>;

/** Makes the event of a hook. */
export function hookEvent(
  incidentId: string,
  { service, fromRelease, toRelease, undoes }: HookedService,
  { phase, target }: HookPlan,
  taskToken?: string,
): HookEvent {
  return {
    version: 1,
    incidentId,
    service,
    when: phase === 'hook-before' ? 'before' : 'after',
    fromRelease,
    toRelease: toRelease ?? null,
    idempotencyToken: `${incidentId}/${service}/${target.replace(' ', '/')}/${undoes[0] ?? fromRelease}`,
    ...(taskToken && { taskToken }),
  };
}
