import type { ServiceEntry } from '../catalog/service-entry.ts';
import { recordedFunctions } from '../targets/alias/saved.ts';
import { isSaved, savedStateOf } from '../targets/kinds.ts';
import type { Pace, PaceLedger } from './pace-ledger.ts';

/**
 * Takes the next moment at which it may be asked where so many aliases point, in the same row as what is recorded: many
 * releases are watched at once after all services were recorded.
 *
 * @returns ms since the epoch; now, or earlier, where it may be asked at once
 */
export async function takeLookMoment(paces: PaceLedger, aliases: number): Promise<number> {
  return aliases > 0 ? paces.take(recordedFunctions, aliases) : 0;
}

/**
 * Takes the next moment at which a service may be recorded, over all executions of the account: however many services
 * are to be recorded at once, what they read together stays under the request limits.
 *
 * @returns ms since the epoch; now, or earlier, where it may be recorded at once
 */
export async function takeRecordingMoment(paces: PaceLedger, { targets }: ServiceEntry): Promise<number> {
  const requests = new Map<Pace, number>();
  for (const target of targets) {
    const recording = isSaved(target) ? savedStateOf(target).recording : undefined;
    if (recording) requests.set(recording.pace, (requests.get(recording.pace) ?? 0) + recording.requests);
  }
  let moment = 0;
  for (const [pace, count] of requests) moment = Math.max(moment, await paces.take(pace, count));
  return moment;
}
