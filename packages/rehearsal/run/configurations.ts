import type { SimulatedLambda } from 'account-simulator/account/lambda/simulated-lambda.ts';
import { canonicalJson } from 'account-simulator/account/template/canonical-json.ts';

/** Tells which release a stack had at a time. */
interface Releases {
  releaseAt(stack: string, time: number): number;
}

/**
 * The release that brought a version its code and configuration: a version with the same of both belongs to the same
 * release.
 */
export class Configurations {
  readonly #lambda: SimulatedLambda;
  readonly #releases: Releases;
  readonly #known = new Map<string, number>();

  constructor(lambda: SimulatedLambda, releases: Releases) {
    this.#lambda = lambda;
    this.#releases = releases;
  }

  /** The number of the release; 0 for the state before, and for a deleted version. */
  releaseOf(functionName: string, version: string): number {
    const found = this.#lambda.version(functionName, version);
    const stack = this.#lambda.owner(functionName)?.stack;
    if (!found || stack === undefined) return 0;
    const key = canonicalJson([functionName, found.code, found.properties]);
    const release = this.#known.get(key) ?? this.#releases.releaseAt(stack, found.publishedAt);
    this.#known.set(key, release);
    return release;
  }
}
