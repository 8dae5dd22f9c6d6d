import { createHash } from 'node:crypto';

/** The code and configuration of a function, as a version freezes them. */
export interface FunctionSettings {
  /** Opaque label of the code (a template's `CodeUri`); the traffic model looks up the code's behaviour by it. */
  readonly code: string;
  /** Configuration by its CloudFormation property name (`Environment`, `MemorySize`, `Timeout`, `Handler`, …). */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A published version: its settings are frozen, and its number is never reused. */
export interface FunctionVersion extends FunctionSettings {
  readonly version: string;
  /** Base64 SHA-256 as `CodeSha256` shows it. */
  readonly codeSha256: string;
  readonly description: string;
  /** ms since the epoch. */
  readonly publishedAt: number;
  readonly revisionId: string;
}

const hashes = new Map<string, string>();

/** Stand-in for the hash of a deployment package: equal labels are equal code. Base64, as Lambda shows it. */
export function codeSha256(code: string): string {
  let hash = hashes.get(code);
  if (hash === undefined) {
    hash = createHash('sha256').update(code).digest('base64');
    hashes.set(code, hash);
  }
  return hash;
}

/** Whether Lambda sees no change to publish between two settings (tags are not part of a version). */
export function sameSettings(one: FunctionSettings, other: FunctionSettings): boolean {
  return one.code === other.code && canonical(one.properties) === canonical(other.properties);
}

function canonical(properties: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(properties)
    .filter((key) => key !== 'Tags')
    .sort();
  return JSON.stringify(keys.map((key) => [key, properties[key]]));
}
