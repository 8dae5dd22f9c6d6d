import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

/** Output of `npm run record-contracts`: one JSON object a line. */
export const releasedFile = 'test/contracts/released.jsonl';

const line = z.union([
  z.strictObject({ machine: z.string(), definition: z.record(z.string(), z.unknown()) }),
  z.strictObject({ function: z.string(), payload: z.unknown() }),
]);

/** The recorded contracts on which running executions rely. */
export interface Released {
  /** Definitions by the logical ids of their machines; names of substitutions stand for their values. */
  readonly definitions: ReadonlyMap<string, object>;
  /** The payloads that machines sent to a function: one of each form. */
  readonly payloads: readonly { readonly function: string; readonly payload: unknown }[];
}

/** Reads the recorded contracts. */
export function readReleased(root: string): Released {
  const lines = readFileSync(path.join(root, releasedFile), 'utf8').trim().split('\n');
  const read = lines.map((text) => line.parse(JSON.parse(text)));
  return {
    definitions: new Map(read.flatMap((one) => ('machine' in one ? [[one.machine, one.definition]] : []))),
    payloads: read.flatMap((one) => ('function' in one ? [one] : [])),
  };
}
