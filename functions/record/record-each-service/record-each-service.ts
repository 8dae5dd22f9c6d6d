import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Executions } from '../../../shared/aws/executions.ts';
import { type RecordServiceDeps, recordService } from '../record-service/record-service.ts';

export const recordEachServiceInput = z.strictObject({
  service: z.string(),
  /** The execution that records all services. */
  startedBy: z.string(),
  /** The time assigned for recording, ms since the epoch; null before it is assigned. */
  moment: z.number().nullable(),
});

/** The result for one of many services. */
export interface RecordedService {
  /** `paced`: nothing was read yet; it has a time of its own for recording. */
  readonly standing: 'paced' | 'recorded';
  /** For the next call. */
  readonly moment: number | null;
  /** Seconds to wait if it is `paced`; 0 otherwise. */
  readonly waitSeconds: number;
  /** Name of the execution that continues the recording; null if there is nothing to watch or to wait for. */
  readonly execution: string | null;
}

export interface RecordEachServiceDeps extends RecordServiceDeps {
  readonly executions: Executions;
  readonly stateMachineArn: string;
}

/**
 * Records the live state of one of many services. An execution of its own continues only if there is work left: watching an
 * unproven release, or waiting for a rollback of the service. It is named after the service and the recording execution, so
 * that a retry starts no second one.
 */
export function recordEachService(deps: RecordEachServiceDeps) {
  const record = recordService(deps);

  return async (input: z.infer<typeof recordEachServiceInput>): Promise<RecordedService> => {
    const { service, startedBy, moment } = input;
    const { next, releaseId, ...recording } = await record({ service, moment });
    if (next === 'wait') {
      const { moment = null, waitSeconds = 0 } = recording;
      return { standing: 'paced', moment, waitSeconds, execution: null };
    }
    const done = { standing: 'recorded', moment: null, waitSeconds: 0 } as const;
    if (next === 'end') return { ...done, execution: null };
    const execution = `${service}-${createHash('sha256').update(startedBy).digest('hex').slice(0, 16)}`;
    await deps.executions.start(deps.stateMachineArn, execution, {
      service,
      ...(next === 'watch' && { releaseId }),
      AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: startedBy,
    });
    return { ...done, execution };
  };
}
