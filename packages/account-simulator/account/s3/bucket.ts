/** One version of an object, or a delete marker (no `body`). */
export interface ObjectVersion {
  readonly key: string;
  /** `null` in a bucket without versioning. */
  readonly versionId: string;
  readonly lastModified: Date;
  readonly content?: ObjectContent;
}

/** The content of an object version. */
export interface ObjectContent {
  readonly body: Uint8Array;
  /** In quotes, as S3 sends it. */
  readonly etag: string;
  /** Members of the PutObject input that a read returns: content type, metadata, checksums. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The version id of every object in a bucket without versioning. */
export const NULL_VERSION = 'null';

/**
 * A bucket and every version in it.
 *
 * Source: Amazon S3 User Guide, "How S3 Versioning works", "Working with delete markers".
 */
export class Bucket {
  readonly name: string;
  readonly versioned: boolean;
  readonly #versions = new Map<string, ObjectVersion[]>();

  constructor(name: string, versioned: boolean) {
    this.name = name;
    this.versioned = versioned;
  }

  /** Keys that have any version, delete markers among them, in key order. */
  keys(): string[] {
    return [...this.#versions.keys()].sort();
  }

  /** The versions of a key, the newest first. */
  versionsOf(key: string): readonly ObjectVersion[] {
    return this.#versions.get(key) ?? [];
  }

  /** The newest version, an object or a delete marker. */
  current(key: string): ObjectVersion | undefined {
    return this.#versions.get(key)?.[0];
  }

  /** Adds a newest version; without versioning it replaces the existing one. */
  add(version: ObjectVersion): void {
    const older = this.versioned ? this.versionsOf(version.key) : [];
    this.#versions.set(version.key, [version, ...older]);
  }

  /** Removes one version for good and returns it. */
  remove(key: string, versionId: string): ObjectVersion | undefined {
    const versions = this.versionsOf(key);
    const removed = versions.find((version) => version.versionId === versionId);
    const left = versions.filter((version) => version !== removed);
    if (left.length > 0) this.#versions.set(key, left);
    else this.#versions.delete(key);
    return removed;
  }
}
