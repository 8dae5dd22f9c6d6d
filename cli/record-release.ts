import type { Answer } from './answers.ts';
import { CannotDo } from './cannot-do.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import { Machines } from './machines.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** A recording with nothing to watch ends within this time; one that watches a release lasts for its bake. */
const atOnceMs = 60_000;

/** Records the live state, of one service or of all, and reports the result. */
export async function recordRelease(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const [service] = call.args;
  const { good, reason, by } = call.options;
  const machines = new Machines(await findCoordinator(call.place, terminal), terminal);
  const { executionArn, url, status, output, cause } = await machines.run(
    'RecordRelease',
    {
      ...(service === undefined ? {} : { service }),
      ...(good && { verdict: 'good', reason, ...(by !== undefined && { requestedBy: by }) }),
    },
    service === undefined ? 0 : atOnceMs,
  );
  if (status !== 'SUCCEEDED' && status !== 'RUNNING') throw new CannotDo(`${cause || status}\nSee ${url}`);
  const recorded = output === undefined ? null : foundBy(output);
  const answer: Answer<'record'> = { service: service ?? null, executionArn, url, status, recorded };
  giveAnswer(answer, () => [...lines(service, status, recorded ?? {}), url], call.json, terminal);
  return 0;
}

type Found = NonNullable<Answer<'record'>['recorded']>;

/** The members of an execution's output for people. The others are for the machine that started it. */
function foundBy(output: unknown): Found {
  const { outcome, settlement, releaseId, detail, services } = output as Found;
  return {
    ...(outcome && { outcome }),
    ...(settlement && { settlement }),
    ...(releaseId && { releaseId }),
    ...(detail && { detail }),
    ...(services !== undefined && { services }),
  };
}

function lines(service: string | undefined, status: string, found: Found): string[] {
  if (status === 'RUNNING') {
    return service === undefined
      ? ['Every service of the catalog is being recorded; a mail lists those that could not be.']
      : [
          `${service} is recorded and being watched for the bake of its policy; a mail says what comes of it.`,
        ];
  }
  const release = found.releaseId ? ` (release ${found.releaseId})` : '';
  return [`${service}: ${found.settlement ?? found.outcome ?? 'recorded'}${release}: ${found.detail ?? ''}`];
}
