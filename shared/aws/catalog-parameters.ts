import {
  GetParametersByPathCommand,
  GetParametersCommand,
  type Parameter,
  type SSMClient,
} from '@aws-sdk/client-ssm';

/** One service's parameter. */
export interface CatalogParameter {
  readonly name: string;
  /** Last segment of the name. */
  readonly service: string;
  readonly value: string;
  /** Counted by Parameter Store from 1; again from 1 if the parameter was deleted and created anew. */
  readonly version: number;
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

  /** The service whose parameter has this name; undefined if it is not the name of a service's parameter. */
  serviceOf(name: string): string | undefined {
    if (!name.startsWith(`${this.#path}/`)) return undefined;
    const service = name.slice(this.#path.length + 1);
    return service === '' || service.includes('/') ? undefined : service;
  }

  /** One service's parameter; undefined if there is none. */
  async readOne(service: string): Promise<CatalogParameter | undefined> {
    const { Parameters = [] } = await this.#client.send(
      new GetParametersCommand({ Names: [`${this.#path}/${service}`] }),
    );
    return Parameters.map(toParameter)[0];
  }

  /** All parameters; Parameter Store returns at most 10 a page, and a page may be empty before the last. */
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
      found.push(...Parameters.map(toParameter));
      token = NextToken;
    } while (token);
    return found;
  }
}

function toParameter({ Name = '', Value = '', Version = 0 }: Parameter): CatalogParameter {
  return { name: Name, service: Name.slice(Name.lastIndexOf('/') + 1), value: Value, version: Version };
}
