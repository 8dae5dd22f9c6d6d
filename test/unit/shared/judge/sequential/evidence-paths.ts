import { readFileSync } from 'node:fs';
import type { Step } from '../../../../../shared/judge/sequential/compared.ts';

/** Minutes whose evidence was computed by an independent program. */
export interface KnownPath {
  readonly name: string;
  readonly tolerance?: number;
  readonly cluster?: number;
  /** Normal rate of *against*. */
  readonly rate?: number;
  readonly steps: readonly (readonly [number, number, number, number])[];
  readonly compared: readonly number[];
  readonly against?: readonly number[];
}

/** The known paths. */
export const knownPaths = (
  JSON.parse(readFileSync(new URL('./evidence-paths.json', import.meta.url), 'utf8')) as {
    paths: KnownPath[];
  }
).paths;

/** A step of [requests, bad, requests of the control, bad of the control]. */
export function step([requests, bad, controlRequests, controlBad]: readonly [
  number,
  number,
  number,
  number,
]): Step {
  return { requests, bad, controlRequests, controlBad };
}

/** `count` equal steps. */
export function repeated(count: number, ...counts: [number, number, number, number]): Step[] {
  return Array.from({ length: count }, () => step(counts));
}
