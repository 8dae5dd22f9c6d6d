import type { ServiceEntry } from '../catalog/service-entry.ts';
import { recordedFunctions } from '../targets/alias/saved.ts';
import { isSaved, savedStateOf } from '../targets/kinds.ts';
import type { Pace, PaceLedger } from './pace-ledger.ts';

/**
 * Takes the next time at which so many aliases may be read, in the queue of recordings: many releases are watched at once
 * after all services were recorded.
 *
 * @returns ms since the epoch; now, or earlier, if they may be read at once
 */
export async function takeLookMoment(paces: PaceLedger, aliases: number): Promise<number> {
  return aliases > 0 ? paces.take(recordedFunctions, aliases) : 0;
}

/**
 * Takes the next time at which a service may be recorded, over all executions of the account: however many services are
 * recorded at once, their reads together stay under the request limits.
 *
 * @returns ms since the epoch; now, or earlier, if it may be recorded at once
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
