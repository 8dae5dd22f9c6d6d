import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import { isStackMissing } from '../shared/aws/stacks.ts';
import type { Runtime } from '../shared/runtime.ts';
import { CannotDo } from './cannot-do.ts';
import type { Place } from './command-spec.ts';
import type { Terminal } from './terminal.ts';

/** The resources of a deployed coordinator, from its stack's outputs. */
export interface Coordinator {
  readonly table: string;
  readonly bucket: string;
  readonly catalogPath: string;
  readonly region: string;
  /** The stack, and its status by CloudFormation. */
  readonly stack: string;
  readonly stackStatus: string;
  /** The value of an output. @throws CannotDo if the stack has none of that name */
  readonly output: (name: string) => string;
  /** For further SDK clients. */
  readonly clientConfig: object;
}

const outputs = { table: 'Ledger', bucket: 'Bucket', catalogPath: 'CatalogPath' } as const;

/** Finds the coordinator by its stack. @throws CannotDo if there is none, or it has another version */
export async function findCoordinator({ stack, region }: Place, terminal: Terminal): Promise<Coordinator> {
  const clientConfig = clientConfigOf(region, terminal);
  const client = new CloudFormationClient(clientConfig);
  const used = String(await client.config.region());
  const { Outputs = [], StackStatus = '' } = await describe(client, stack, used);
  const found = new Map(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue ?? '']));
  const value = (name: string): string => {
    const text = found.get(name);
    if (text) return text;
    throw new CannotDo(
      `The stack ${stack} in ${used} has no output ${name}: is it a rollback coordinator of this version?`,
    );
  };
  return {
    table: value(outputs.table),
    bucket: value(outputs.bucket),
    catalogPath: value(outputs.catalogPath),
    region: used,
    stack,
    stackStatus: StackStatus,
    output: value,
    clientConfig,
  };
}

/** The runtime for functions and adapters of the coordinator when a person runs them, with the person's rights. */
export function runtimeOf(
  { table, bucket, region, clientConfig }: Coordinator,
  { now }: Pick<Terminal, 'now'>,
): Runtime {
  return { env: { LEDGER_TABLE: table, BUCKET: bucket, AWS_REGION: region }, clientConfig, now };
}

/** The configuration of the SDK clients with the requested Region. */
export function clientConfigOf(region: string | undefined, { clientConfig }: Terminal): object {
  return region === undefined ? clientConfig : { ...clientConfig, region };
}

async function describe(
  client: CloudFormationClient,
  stack: string,
  region: string,
): Promise<Partial<Stack>> {
  try {
    const { Stacks: [found] = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    return found ?? {};
  } catch (error) {
    if (!isStackMissing(error)) throw error;
    throw new CannotDo(
      `There is no stack ${stack} in ${region}. Name the coordinator's stack with --stack, or another Region with --region.`,
    );
  }
}
