import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

/** Where `npm run record-contracts` writes: one JSON object a line. */
export const releasedFile = 'test/contracts/released.jsonl';

const line = z.union([
  z.strictObject({ machine: z.string(), definition: z.record(z.string(), z.unknown()) }),
  z.strictObject({ function: z.string(), payload: z.unknown() }),
]);

/** What executions under way rely on, as it was when it was recorded. */
export interface Released {
  /** Definitions by the logical ids of their machines; names of substitutions stand for their values. */
  readonly definitions: ReadonlyMap<string, object>;
  /** What the machines sent to a function: a payload of each form. */
  readonly payloads: readonly { readonly function: string; readonly payload: unknown }[];
}

/** Reads what was recorded. */
export function readReleased(root: string): Released {
  const lines = readFileSync(path.join(root, releasedFile), 'utf8').trim().split('\n');
  const read = lines.map((text) => line.parse(JSON.parse(text)));
  return {
    definitions: new Map(read.flatMap((one) => ('machine' in one ? [[one.machine, one.definition]] : []))),
    payloads: read.flatMap((one) => ('function' in one ? [one] : [])),
  };
}
