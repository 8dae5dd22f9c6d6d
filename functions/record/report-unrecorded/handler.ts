import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { environment, mailer } from '../../../shared/wiring.ts';
import { reportUnrecorded, reportUnrecordedInput } from './report-unrecorded.ts';

export const build = task('ReportUnrecorded', reportUnrecordedInput, (runtime) =>
  reportUnrecorded({
    mailer: mailer(runtime),
    environment: environment(runtime),
  }),
);
export const handler = onLambda(build);
