import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { stringify } from 'yaml';
import { CatalogParameters } from '../shared/aws/catalog-parameters.ts';
import { isStackMissing, type StackResource, Stacks } from '../shared/aws/stacks.ts';
import { readOwnedStacks } from '../shared/catalog/own-aliases.ts';
import { parseServiceEntry } from '../shared/catalog/parse-service-entry.ts';
import { stackNameOf } from '../shared/ids.ts';
import { nearestName } from '../shared/nearest-name.ts';
import type { Answer } from './answers.ts';
import { CannotDo } from './cannot-do.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator } from './find-coordinator.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** A suggested entry: fields that are left out have defaults. */
export interface SuggestedEntry {
  readonly version: 1;
  readonly service: string;
  readonly stack: string;
  readonly dependsOn?: readonly string[];
  readonly policy?: { readonly alarms: readonly string[] };
}

/**
 * Suggests an entry for each of some stacks: the stack makes its aliases the service's, the alarms are the stack's, and the
 * service depends on those whose exports the stack imports. A person reads it before it is pushed.
 */
export async function suggestEntries(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const { clientConfig, catalogPath } = await findCoordinator(call.place, terminal);
  const stacks = new Stacks(new CloudFormationClient(clientConfig));
  const owners = new Map<string, string>();
  for (const { value } of await new CatalogParameters(new SSMClient(clientConfig), catalogPath).read()) {
    const parsed = parseServiceEntry(value);
    if ('entry' in parsed && parsed.entry.stack) owners.set(parsed.entry.stack, parsed.entry.service);
  }
  const named = call.args.filter((stack) => {
    const owner = owners.get(stack);
    if (owner !== undefined) terminal.err(`${stack} is the stack of ${owner} already.`);
    return owner === undefined;
  });
  for (const stack of named) owners.set(stack, serviceNameOf(stack));
  const resources = new Map<string, readonly StackResource[]>();
  for (const stack of named) resources.set(stack, await allResources(stacks, stack));
  const providers = await providersOf(stacks, named, owners);
  const entries = named.flatMap((stack): SuggestedEntry[] => {
    const has = (type: string) => (resources.get(stack) ?? []).filter((one) => one.type === type);
    if (has('AWS::Lambda::Alias').length === 0) {
      terminal.err(`${stack} has no alias, so there is nothing to watch: AutoPublishAlias makes one in SAM.`);
      return [];
    }
    const dependsOn = providers.get(stack) ?? [];
    const alarms = [...has('AWS::CloudWatch::Alarm'), ...has('AWS::CloudWatch::CompositeAlarm')]
      .map(({ physicalId }) => physicalId)
      .sort();
    return [
      {
        version: 1,
        service: serviceNameOf(stack),
        stack,
        ...(dependsOn.length > 0 && { dependsOn }),
        ...(alarms.length > 0 && { policy: { alarms } }),
      },
    ];
  });
  const answer: Answer<'catalog suggest'> = { services: entries };
  if (call.json) terminal.out(JSON.stringify(answer, null, 2));
  else if (entries.length > 0) {
    const text = stringify(entries.length === 1 ? entries[0] : { services: entries });
    for (const line of text.trimEnd().split('\n')) terminal.out(line);
  }
  return entries.length === call.args.length ? 0 : 1;
}

async function allResources(stacks: Stacks, stack: string): Promise<StackResource[]> {
  try {
    const owned = await readOwnedStacks({ stack, targets: [] }, (name) => stacks.resources(name));
    return owned.flatMap(({ resources }) => resources);
  } catch (error) {
    if (!isStackMissing(error)) throw error;
    const nearest = nearestName(stack, await stacks.names());
    throw new CannotDo(`There is no stack ${stack}${nearest ? `; did you mean ${nearest}?` : ''}`);
  }
}

/** The services whose exports each stack imports; only exports of known services' stacks are checked. */
async function providersOf(
  stacks: Stacks,
  named: readonly string[],
  owners: ReadonlyMap<string, string>,
): Promise<Map<string, string[]>> {
  const providers = new Map<string, Set<string>>(named.map((stack) => [stack, new Set()]));
  for (const { name, stackId } of await stacks.exports()) {
    const provider = owners.get(stackNameOf(stackId));
    if (provider === undefined) continue;
    for (const importer of await stacks.importersOf(name)) {
      if (owners.get(importer) !== provider) providers.get(importer)?.add(provider);
    }
  }
  return new Map([...providers].map(([stack, found]) => [stack, [...found].sort()]));
}

/** The name of a service from a stack's name: the part after its environment, if it has one. */
function serviceNameOf(stack: string): string {
  const [, own = stack] = /(?:^|-)(?:dev|staging|prod)-(.+)$/.exec(stack) ?? [];
  const name = own
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '');
  return (name || 'service').slice(0, 40);
}
