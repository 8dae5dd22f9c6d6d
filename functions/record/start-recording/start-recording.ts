import * as z from 'zod';
import type { Executions } from '../../../shared/aws/executions.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { stacksOf } from '../../../shared/catalog/service-entry.ts';
import { stackNameOf } from '../../../shared/ids.ts';
import type { LockLedger } from '../../../shared/ledger/lock-ledger.ts';
import { isStackToken } from '../../../shared/targets/rollback-marker.ts';

/** A "CloudFormation Stack Status Change", or the schedule's event; further fields are EventBridge's own. */
export const startRecordingInput = z.object({
  /** Equal in every delivery of one event. */
  id: z.string().regex(/^[A-Za-z0-9-]{1,36}$/, 'must be the id of an event'),
  detail: z
    .object({ 'stack-id': z.string().optional(), 'client-request-token': z.string().nullish() })
    .optional(),
});

export interface StartRecordingDeps {
  readonly executions: Executions;
  readonly catalog: CatalogStore;
  readonly locks: LockLedger;
  readonly stateMachineArn: string;
}

/**
 * Starts an execution that records the release of a stack update, one per service the stack belongs to; or, by the schedule,
 * one that records all services.
 *
 * Every stack of the account comes through here: a stack of no service costs one read of the catalog and nothing else. The
 * coordinator's own updates are recognized by their token: while their rollback runs, it records the restored state itself;
 * an update that outlived its rollback, because the execution was stopped, is recorded like a change by hand. An execution
 * is named after the event, so that a second delivery starts nothing.
 */
export function startRecording({ executions, catalog, locks, stateMachineArn }: StartRecordingDeps) {
  return async ({ id, detail }: z.infer<typeof startRecordingInput>): Promise<{ started: string[] }> => {
    const stackId = detail?.['stack-id'];
    if (!stackId) {
      await executions.start(stateMachineArn, `all-${id}`, { all: true });
      return { started: ['all'] };
    }
    const ours = isStackToken(detail?.['client-request-token'] ?? undefined);
    const { services = {} } = (await catalog.find()) ?? {};
    const started: string[] = [];
    for (const entry of Object.values(services)) {
      if (!stacksOf(entry).includes(stackNameOf(stackId))) continue;
      const { service } = entry;
      if (ours && (await locks.lockOf(service))) continue;
      await executions.start(stateMachineArn, `${service}-${id}`, ours ? { service } : { service, stackId });
      started.push(service);
    }
    return { started };
  };
}
