/** The code of a release of one function. */
export interface ReleasedCode {
  readonly service: string;
  readonly logicalId: string;
  /** 0 is the code from before. */
  readonly release: number;
}

/** The address of a function's code in a release: it identifies the release whose behaviour a version has. */
export function codeUri(service: string, logicalId: string, release: number): string {
  return `s3://deployment-artifacts/${service}/${logicalId}/release-${release}.zip`;
}

/** The same for a function with a container image. */
export function imageUri(service: string, logicalId: string, release: number): string {
  return `111122223333.dkr.ecr.eu-west-1.amazonaws.com/deployment-artifacts/${service}/${logicalId}:release-${release}`;
}

/** The code at an address; undefined for code that no release brought, such as code in a template. */
export function releasedCode(uri: string): ReleasedCode | undefined {
  const [, service, logicalId, release] =
    /\/deployment-artifacts\/([^/]+)\/([^/:]+)[/:]release-(\d+)(\.zip)?$/.exec(uri) ?? [];
  if (service === undefined || logicalId === undefined) return undefined;
  return { service, logicalId, release: Number(release) };
}
