import type { ServicePlan } from '../service-plan.ts';
import type { HookPlan } from './shapes.ts';

/** What a hook is invoked with: a contract with the teams, documented in docs/runbook.md. */
export interface HookEvent {
  readonly version: 1;
  readonly incidentId: string;
  readonly service: string;
  readonly when: 'before' | 'after';
  /** Release that is undone. */
  readonly fromRelease: string;
  /** Release gone back to; null where it is only known as the versions before the deployment. */
  readonly toRelease: string | null;
  /**
   * The same whenever this hook is asked for this incident to undo the same: what it was asked once it need not do again.
   * Another one where somebody released the service again meanwhile.
   */
  readonly idempotencyToken: string;
  /** Of a hook that answers by callback: what SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat take. */
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
