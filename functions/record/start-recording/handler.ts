import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { compilingCatalogStore, executions, ledgers } from '../../../shared/wiring.ts';
import { startRecording, startRecordingInput } from './start-recording.ts';

export const build = task('StartRecording', startRecordingInput, (runtime) =>
  startRecording({
    executions: executions(runtime),
    catalog: compilingCatalogStore(runtime),
    locks: ledgers(runtime).locks,
    stateMachineArn: requireEnv(runtime, 'RECORD_RELEASE_ARN'),
  }),
);
export const handler = onLambda(build);
