import { GetParametersByPathCommand, type SSMClient } from '@aws-sdk/client-ssm';

/** One service's parameter. */
export interface CatalogParameter {
  readonly name: string;
  /** Last segment of the name. */
  readonly service: string;
  readonly value: string;
}

/** The parameters of the catalog: one per service under a common path. */
export class CatalogParameters {
  readonly #client: SSMClient;
  readonly #path: string;

  /** @param path e.g. `/rollback-coordinator/prod/services` */
  constructor(client: SSMClient, path: string) {
    this.#client = client;
    this.#path = path;
  }

  /** All of them; Parameter Store gives at most 10 a page, and a page may be empty before the last. */
  async read(): Promise<CatalogParameter[]> {
    const found: CatalogParameter[] = [];
    let token: string | undefined;
    do {
      const { Parameters = [], NextToken } = await this.#client.send(
        new GetParametersByPathCommand({
          Path: this.#path,
          MaxResults: 10,
          ...(token && { NextToken: token }),
        }),
      );
      for (const { Name = '', Value = '' } of Parameters) {
        found.push({ name: Name, service: Name.slice(Name.lastIndexOf('/') + 1), value: Value });
      }
      token = NextToken;
    } while (token);
    return found;
  }
}
