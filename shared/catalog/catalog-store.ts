import type { Bucket } from '../aws/bucket.ts';
import { CatalogUnreadable, InvalidInput } from '../errors.ts';
import {
  type CompiledCatalog,
  compiledCatalogKey,
  nearestName,
  parseCompiledCatalog,
} from './compiled-catalog.ts';
import type { ServiceEntry } from './service-entry.ts';

/** The compiled catalog in the coordinator's bucket. */
export class CatalogStore {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** @throws CatalogUnreadable when none was compiled, or it is not of its schema */
  async read(): Promise<CompiledCatalog> {
    const catalog = await this.find();
    if (catalog) return catalog;
    throw new CatalogUnreadable(
      `There is no ${compiledCatalogKey} in the bucket: it is compiled when a service's parameter is written.`,
    );
  }

  async find(): Promise<CompiledCatalog | undefined> {
    const text = await this.#bucket.read(compiledCatalogKey);
    return text === undefined ? undefined : parseCompiledCatalog(text);
  }

  async write(catalog: CompiledCatalog): Promise<void> {
    await this.#bucket.write(compiledCatalogKey, JSON.stringify(catalog));
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
