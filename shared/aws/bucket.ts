import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** The coordinator's own bucket: template snapshots, the compiled catalog, plans. */
export class Bucket {
  readonly #client: S3Client;
  readonly #name: string;
  readonly #region: string;

  constructor(client: S3Client, name: string, region: string) {
    this.#client = client;
    this.#name = name;
    this.#region = region;
  }

  /** Text of an object; undefined if there is none. */
  async read(key: string): Promise<string | undefined> {
    return (await this.readTagged(key))?.text;
  }

  /** Text of an object with its ETag; undefined if there is none. */
  async readTagged(key: string): Promise<{ readonly text: string; readonly tag: string } | undefined> {
    try {
      const { Body, ETag = '' } = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#name, Key: key }),
      );
      return { text: (await Body?.transformToString()) ?? '', tag: ETag };
    } catch (error) {
      if (error instanceof NoSuchKey || (error as Error).name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand({ Bucket: this.#name, Key: key }));
      return true;
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404)
        return false;
      throw error;
    }
  }

  async write(key: string, text: string, contentType = 'application/json'): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({ Bucket: this.#name, Key: key, Body: text, ContentType: contentType }),
    );
  }

  /**
   * Writes an object if it is unchanged since it was read: still of `tag`, or still absent.
   *
   * @returns false, with nothing changed, if somebody else wrote it meanwhile
   */
  async replace(key: string, text: string, tag: string | undefined): Promise<boolean> {
    try {
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#name,
          Key: key,
          Body: text,
          ContentType: 'application/json',
          ...(tag ? { IfMatch: tag } : { IfNoneMatch: '*' }),
        }),
      );
      return true;
    } catch (error) {
      // 409: a conditional write to the same key was under way (S3 user guide, conditional-writes).
      const { name } = error as Error;
      if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict') return false;
      throw error;
    }
  }

  /** URL of an object, in the form from which CloudFormation reads templates. */
  url(key: string): string {
    return `https://${this.#name}.s3.${this.#region}.amazonaws.com/${key}`;
  }
}
