import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  LabelParameterVersionCommand,
  ParameterNotFound,
  ParameterVersionNotFound,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { ParameterSnapshot } from '../targets/parameter/shapes.ts';
import { once } from './send-once.ts';

/** A live parameter, without its value. */
export type ParameterState = ParameterSnapshot['parameters'][number];

/** The parameters to be described. */
export interface ParameterQuery {
  readonly names?: readonly string[];
  readonly path?: string | undefined;
}

/** A value, decrypted. It stays inside the function: it is compared and written, never returned or logged. */
export interface ParameterValue {
  readonly value: string;
  readonly version: number;
}

/** Parameter Store, as the coordinator uses it for the parameters of the teams. */
export class ParameterStore {
  readonly #client: SSMClient;

  constructor(client: SSMClient) {
    this.#client = client;
  }

  /** The parameters of some names, or all below a path; missing ones are left out. */
  async describe({ names, path }: ParameterQuery): Promise<ParameterState[]> {
    const filters =
      path === undefined ? byNames(names ?? []) : [{ Key: 'Path', Option: 'Recursive', Values: [path] }];
    const found: ParameterState[] = [];
    for (const filter of filters) {
      let token: string | undefined;
      do {
        const page = await this.#client.send(
          new DescribeParametersCommand({
            ParameterFilters: [filter],
            MaxResults: 50,
            ...(token && { NextToken: token }),
          }),
        );
        for (const one of page.Parameters ?? []) {
          found.push({
            name: one.Name ?? '',
            version: one.Version ?? 0,
            writtenAt: (one.LastModifiedDate ?? new Date(0)).toISOString(),
            type: one.Type ?? 'String',
            tier: one.Tier ?? 'Standard',
            ...(one.KeyId && { keyId: one.KeyId }),
          });
        }
        token = page.NextToken;
      } while (token);
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Times at which versions were written, ISO 8601, by `name:version`; versions that are no longer kept are left out. */
  async writtenAt(
    versions: readonly { readonly name: string; readonly version: number }[],
  ): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (let first = 0; first < versions.length; first += 10) {
      const names = versions.slice(first, first + 10).map(({ name, version }) => `${name}:${version}`);
      const { Parameters = [] } = await this.#client.send(new GetParametersCommand({ Names: names }));
      for (const { Name, Version, LastModifiedDate } of Parameters) {
        if (LastModifiedDate) found.set(`${Name}:${Version}`, LastModifiedDate.toISOString());
      }
    }
    return found;
  }

  /** The live value of a parameter, or the value of one version; undefined if there is none. */
  async value(name: string, version?: number): Promise<ParameterValue | undefined> {
    const selected = version === undefined ? name : `${name}:${version}`;
    try {
      const { Parameter } = await this.#client.send(
        new GetParameterCommand({ Name: selected, WithDecryption: true }),
      );
      return { value: Parameter?.Value ?? '', version: Parameter?.Version ?? 0 };
    } catch (error) {
      if (error instanceof ParameterNotFound || error instanceof ParameterVersionNotFound) return undefined;
      throw error;
    }
  }

  /**
   * Labels a version for people to see; the version that had the label loses it. A failure is ignored: nothing is ever read
   * by a label.
   */
  async label(name: string, version: number, label: 'good' | 'bad'): Promise<void> {
    try {
      await this.#client.send(
        new LabelParameterVersionCommand({ Name: name, ParameterVersion: version, Labels: [label] }),
      );
    } catch {
      // The version is gone, has ten labels already, or Parameter Store throttles.
    }
  }

  /**
   * Writes a value as a new version of a parameter that exists. Parameter Store has no conditional write: the returned
   * number shows whether somebody else wrote in between.
   *
   * @returns the number of the new version
   */
  async write(parameter: Omit<ParameterState, 'version' | 'writtenAt'>, value: string): Promise<number> {
    try {
      const { Version = 0 } = await this.#client.send(
        once(
          new PutParameterCommand({
            Name: parameter.name,
            Value: value,
            Type: parameter.type,
            Tier: parameter.tier,
            ...(parameter.keyId && { KeyId: parameter.keyId }),
            Overwrite: true,
          }),
        ),
      );
      return Version;
    } catch (error) {
      // An error may quote the refused value.
      if (error instanceof Error) error.message = error.message.replaceAll(value, '(the value)');
      throw error;
    }
  }
}

/** A filter takes at most 50 values. */
function byNames(names: readonly string[]) {
  return Array.from({ length: Math.ceil(names.length / 50) }, (_, page) => ({
    Key: 'Name',
    Option: 'Equals',
    Values: names.slice(page * 50, page * 50 + 50),
  }));
}
