import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Executions } from '../../../shared/aws/executions.ts';
import { type RecordServiceDeps, recordService } from '../record-service/record-service.ts';

export const recordEachServiceInput = z.strictObject({
  service: z.string(),
  /** The execution that has all services recorded. */
  startedBy: z.string(),
  /** The moment it was given to be recorded at, ms since the epoch; null before it was given one. */
  moment: z.number().nullable(),
});

/** What became of one of many services. */
export interface RecordedService {
  /** `paced`: nothing was read yet; it has a moment of its own to be recorded at. */
  readonly standing: 'paced' | 'recorded';
  /** For the next call. */
  readonly moment: number | null;
  /** How long to wait, where it is `paced`; 0 otherwise. */
  readonly waitSeconds: number;
  /** Name of the execution that goes on with it; null where nothing has to be watched or waited for. */
  readonly execution: string | null;
}

export interface RecordEachServiceDeps extends RecordServiceDeps {
  readonly executions: Executions;
  readonly stateMachineArn: string;
}

/**
 * Records what is live for one of many services. An execution of its own goes on with it only where there is something
 * left to do: to watch a release that nothing has proved yet, or to wait for a rollback of the service. It is named
 * after the service and the execution that records all of them, so that a second try starts no second one.
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
