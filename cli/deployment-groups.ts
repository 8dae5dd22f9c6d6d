import {
  ApplicationDoesNotExistException,
  type CodeDeployClient,
  ListApplicationsCommand,
  ListDeploymentGroupsCommand,
} from '@aws-sdk/client-codedeploy';

/** A deployment group, by its names in CodeDeploy. */
export interface DeploymentGroup {
  readonly application: string;
  readonly deploymentGroup: string;
}

/** The deployment groups of the account in the Region, for checking a catalog. */
export class DeploymentGroups {
  readonly #client: CodeDeployClient;
  #applications: Promise<string[]> | undefined;
  readonly #groups = new Map<string, Promise<string[]>>();

  constructor(client: CodeDeployClient) {
    this.#client = client;
  }

  /** The names of all applications. */
  applications(): Promise<string[]> {
    this.#applications ??= this.#pages(async (nextToken) => {
      const page = await this.#client.send(new ListApplicationsCommand({ ...(nextToken && { nextToken }) }));
      return { names: page.applications, nextToken: page.nextToken };
    });
    return this.#applications;
  }

  /** The names of the groups of an application; none if there is no such application. */
  of(applicationName: string): Promise<string[]> {
    const known =
      this.#groups.get(applicationName) ??
      this.#pages(async (nextToken) => {
        const input = { applicationName, ...(nextToken && { nextToken }) };
        const page = await this.#client.send(new ListDeploymentGroupsCommand(input));
        return { names: page.deploymentGroups, nextToken: page.nextToken };
      }).catch((error: unknown) => {
        if (error instanceof ApplicationDoesNotExistException) return [];
        throw error;
      });
    this.#groups.set(applicationName, known);
    return known;
  }

  async #pages(
    read: (
      token: string | undefined,
    ) => Promise<{ names?: string[] | undefined; nextToken?: string | undefined }>,
  ): Promise<string[]> {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const { names = [], nextToken } = await read(token);
      found.push(...names);
      token = nextToken;
    } while (token);
    return found;
  }
}
