import type { HookPlan, ServicePlan } from './service-plan.ts';

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
  /** The same whenever this hook is asked for this incident: what it was asked once it need not do again. */
  readonly idempotencyToken: string;
  /** Of a hook that answers by callback: what SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat take. */
  readonly taskToken?: string;
}

/** Makes the event of a hook. */
export function hookEvent(
  incidentId: string,
  { service, fromRelease, toRelease }: Pick<ServicePlan, 'service' | 'fromRelease' | 'toRelease'>,
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
    idempotencyToken: `${incidentId}/${service}/${target.replace(' ', '/')}`,
    ...(taskToken && { taskToken }),
  };
}
