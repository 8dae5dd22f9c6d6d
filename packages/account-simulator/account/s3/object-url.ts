/** An object of S3, as a URL names it. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/**
 * The object behind a URL, path-style (`https://s3.REGION.amazonaws.com/BUCKET/KEY`) or virtual-hosted
 * (`https://BUCKET.s3.REGION.amazonaws.com/KEY`); undefined for a URL that is not S3's.
 */
export function objectOfUrl(url: string): ObjectLocation | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname, searchParams } = new URL(url);
  const host = /^(?:(.+)\.)?s3[.-]/.exec(hostname);
  if (!host) return undefined;
  const path = decodeURIComponent(pathname.slice(1));
  const slash = path.indexOf('/');
  const [bucket, key] =
    host[1] === undefined ? [path.slice(0, slash), path.slice(slash + 1)] : [host[1], path];
  const versionId = searchParams.get('versionId');
  return { bucket, key, ...(versionId === null ? {} : { versionId }) };
}
