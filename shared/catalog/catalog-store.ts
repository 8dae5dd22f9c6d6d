import type { Bucket } from '../aws/bucket.ts';
import { CatalogUnreadable, InvalidInput } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { type CompiledCatalog, compiledCatalogKey, parseCompiledCatalog } from './compiled-catalog.ts';
import type { ServiceEntry } from './service-entry.ts';

/**
 * Age up to which a watch uses the catalog that it has read. It looks every minute, and limits and bakes may change a few
 * minutes late; no decision on whether and where to roll back uses an old catalog.
 */
export const watchingMaxAgeMs = 5 * 60_000;

/** The freshness that a read needs. */
export interface CatalogFreshness {
  readonly now: () => number;
  /** ms for which a catalog may be reused */
  readonly maxAgeMs: number;
}

/** How a catalog is read. */
export interface CatalogReading {
  /** Without it every read goes to the bucket. */
  readonly freshness?: CatalogFreshness;
  /**
   * Compiles a missing catalog: the parameters may be older than the coordinator, so that no event announces them.
   *
   * @throws TransientFailure when it is being compiled, or could not be
   */
  readonly compileMissing?: () => Promise<void>;
}

/** The compiled catalog in the coordinator's bucket. */
export class CatalogStore {
  readonly #bucket: Bucket;
  readonly #freshness: CatalogFreshness | undefined;
  readonly #compileMissing: CatalogReading['compileMissing'];
  #latest: { readonly catalog: CompiledCatalog; readonly readAt: number } | undefined;

  constructor(bucket: Bucket, { freshness, compileMissing }: CatalogReading = {}) {
    this.#bucket = bucket;
    this.#freshness = freshness;
    this.#compileMissing = compileMissing;
  }

  /** @throws CatalogUnreadable when there is none, or it does not match its schema */
  async read(): Promise<CompiledCatalog> {
    if (!this.#freshness) return this.#readBucket();
    const { now, maxAgeMs } = this.#freshness;
    const readAt = now();
    if (this.#latest && readAt - this.#latest.readAt < maxAgeMs) return this.#latest.catalog;
    const catalog = await this.#readBucket();
    this.#latest = { catalog, readAt };
    return catalog;
  }

  async #readBucket(): Promise<CompiledCatalog> {
    const catalog = await this.find();
    if (catalog) return catalog;
    throw new CatalogUnreadable(
      `There is no ${compiledCatalogKey} in the bucket: it is compiled when a service's parameter is written, and for whoever begins something and finds none.`,
    );
  }

  /**
   * The compiled catalog; undefined before the first compilation, unless this store may compile it.
   *
   * @throws TransientFailure when it is being compiled, or could not be
   */
  async find(): Promise<CompiledCatalog | undefined> {
    const text = (await this.#bucket.read(compiledCatalogKey)) ?? (await this.#compile());
    return text === undefined ? undefined : parseCompiledCatalog(text);
  }

  async #compile(): Promise<string | undefined> {
    if (!this.#compileMissing) return undefined;
    await this.#compileMissing();
    return this.#bucket.read(compiledCatalogKey);
  }

  /**
   * Replaces the catalog by a new one made from it.
   *
   * @param compile makes the new catalog from the services in force; undefined if there is none yet
   * @returns false when somebody else replaced it meanwhile: the new one may then be older
   */
  async replace(
    compile: (inForce: CompiledCatalog['services'] | undefined) => Promise<CompiledCatalog>,
  ): Promise<boolean> {
    const inForce = await this.#bucket.readTagged(compiledCatalogKey);
    const catalog = await compile(inForce && parseCompiledCatalog(inForce.text).services);
    return this.#bucket.replace(compiledCatalogKey, JSON.stringify(catalog), inForce?.tag);
  }

  /** @throws InvalidInput when the catalog has no such service */
  async entry(service: string): Promise<ServiceEntry> {
    const { services } = await this.read();
    const entry = services[service];
    if (entry) return entry;
    const nearest = nearestName(service, Object.keys(services));
    throw new InvalidInput(
      `service: "${service}" is not in the catalog${nearest ? `; did you mean "${nearest}"?` : ''}`,
    );
  }
}
