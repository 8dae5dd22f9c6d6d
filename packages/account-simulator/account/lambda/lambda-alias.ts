import { AwsError } from '../service.ts';

/** The target of an alias: one version, or two with a weight for the additional one. */
export interface AliasTarget {
  readonly version: string;
  /** Share (0–1) of the additional version; at most one entry, none when all traffic goes to `version`. */
  readonly weights: Readonly<Record<string, number>>;
}

/** The traffic shares of an alias from a moment on. */
export interface SharePoint {
  /** ms since the epoch. */
  readonly at: number;
  /** Share of the traffic by version: above 0, together 1. */
  readonly shares: Readonly<Record<string, number>>;
}

/** An alias of a function, and the history of its traffic shares. */
export class LambdaAlias {
  readonly name: string;
  description: string;
  revisionId: string;
  readonly #history: SharePoint[] = [];
  #target: AliasTarget;

  /** @param before the history of a deleted alias of this name */
  constructor(
    name: string,
    target: AliasTarget,
    description: string,
    revisionId: string,
    at: number,
    before: readonly SharePoint[] = [],
  ) {
    this.name = name;
    this.description = description;
    this.revisionId = revisionId;
    this.#target = target;
    this.#history.push(...before, { at, shares: sharesOf(target) });
  }

  get target(): AliasTarget {
    return this.#target;
  }

  /** Every change of the shares, oldest first. The array is live: it grows as the alias changes. */
  get history(): readonly SharePoint[] {
    return this.#history;
  }

  /** True when some traffic goes to a second version. */
  get isWeighted(): boolean {
    return Object.keys(this.#target.weights).length > 0;
  }

  refersTo(version: string): boolean {
    return this.#target.version === version || version in this.#target.weights;
  }

  /** Points the alias at `target`; returns the new point of the history if the shares changed. */
  pointAt(target: AliasTarget, at: number): SharePoint | undefined {
    this.#target = target;
    const point = { at, shares: sharesOf(target) };
    const last = this.#history.at(-1);
    if (last && sameShares(last.shares, point.shares)) return undefined;
    // Two changes within one millisecond: only the last ever carried traffic.
    if (last?.at === at) this.#history.pop();
    this.#history.push(point);
    return point;
  }
}

/**
 * Throws for a routing configuration that Lambda refuses (developer guide, "Weighted aliases"): more than one additional
 * version, `$LATEST`, the primary version itself, weights outside 0–1.
 */
export function checkAliasTarget(target: AliasTarget): void {
  const versions = Object.keys(target.weights);
  if (versions.length === 0) return;
  if (versions.length > 1) {
    throw invalid('Number of items in AdditionalVersionWeights cannot be greater than 1.');
  }
  if (target.version === '$LATEST' || versions.includes('$LATEST')) {
    throw invalid('$LATEST is not supported for an alias pointing to more than 1 version.');
  }
  const [version] = versions as [string];
  if (version === target.version) {
    throw invalid(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  const weight = target.weights[version] as number;
  if (!(weight >= 0 && weight <= 1))
    throw invalid(`Invalid weight ${weight}: it must lie between 0.0 and 1.0.`);
}

function sharesOf(target: AliasTarget): Readonly<Record<string, number>> {
  const [additional] = Object.entries(target.weights);
  if (!additional || additional[1] === 0) return { [target.version]: 1 };
  const [version, weight] = additional;
  return weight === 1 ? { [version]: 1 } : { [target.version]: 1 - weight, [version]: weight };
}

function sameShares(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  const versions = Object.keys(one);
  return versions.length === Object.keys(other).length && versions.every((v) => one[v] === other[v]);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message);
}
