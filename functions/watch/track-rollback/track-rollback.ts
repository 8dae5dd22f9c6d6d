import * as z from 'zod';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';

export const trackRollbackInput = z.strictObject({
  kind: z.literal('rollback'),
  deploymentId: z.string(),
  service: z.string(),
  target: z.string(),
  by: z.enum(['codedeploy', 'cloudformation', 'coordinator']),
  rollbackOf: z.string().optional(),
});

export interface TrackRollbackDeps {
  readonly releases: ReleaseLedger;
  readonly now: () => number;
}

/** Records a rollback deployment, so that history shows it and nothing ever acts on it. */
export function trackRollback({ releases, now }: TrackRollbackDeps) {
  return async (input: z.infer<typeof trackRollbackInput>): Promise<{ deploymentId: string }> => {
    const { deploymentId, service, by, rollbackOf } = input;
    await releases.recordDeployment({
      deploymentId,
      service,
      kind: 'rollback',
      rollbackBy: by,
      ...(rollbackOf && { rollbackOf }),
      seenAt: new Date(now()).toISOString(),
    });
    return { deploymentId };
  };
}
