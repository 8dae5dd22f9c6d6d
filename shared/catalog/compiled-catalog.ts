import * as z from 'zod';
import { checkInput, describeProblems } from '../check-input.ts';
import { CatalogUnreadable } from '../errors.ts';
import type { TargetEntry } from '../targets/shapes.ts';
import { type ServiceEntry, serviceEntry, stacksOf } from './service-entry.ts';

/** Key of the compiled catalog in the coordinator's bucket. */
export const compiledCatalogKey = 'catalog/compiled.json';

/** All services of one environment, compiled from their parameters into one object. */
export const compiledCatalog = z.strictObject({
  compiledAt: z.iso.datetime(),
  services: z.record(z.string(), serviceEntry),
});
export type CompiledCatalog = z.infer<typeof compiledCatalog>;

/**
 * Reads a compiled catalog.
 *
 * @throws CatalogUnreadable when it is not JSON of the schema
 */
export function parseCompiledCatalog(text: string): CompiledCatalog {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CatalogUnreadable(`${compiledCatalogKey} is not JSON: ${(error as Error).message}`);
  }
  const checked = checkInput(compiledCatalog, value);
  if ('problems' in checked) {
    throw new CatalogUnreadable(`${compiledCatalogKey}: ${describeProblems(checked.problems)}`);
  }
  const { compiledAt, services } = checked.data;
  return { compiledAt, services: byService(Object.values(services)) };
}

/** Entries by service, in an object without a prototype: `constructor` is a valid name of a service. */
export function byService(entries: Iterable<ServiceEntry>): Record<string, ServiceEntry> {
  const services: Record<string, ServiceEntry> = Object.create(null);
  for (const entry of entries) services[entry.service] = entry;
  return services;
}

/** Facts about a deployment from which its service is determined. */
export interface DeploymentClues {
  readonly application: string;
  readonly deploymentGroup: string;
  /** The function and alias that the deployment moves; undefined while CodeDeploy does not show them. */
  readonly moves?: { readonly function: string; readonly alias: string } | undefined;
  /** The stack that created the function; undefined if none did. */
  readonly origin?: { readonly stackName: string; readonly logicalId: string } | undefined;
  /** The root stack of the function's nested stack; undefined if it is not nested. */
  readonly rootName?: string | undefined;
}

type CodeDeployTarget = TargetEntry & { kind: 'codedeploy' };

/** A service, and the target of it that a deployment moves. */
export interface DeploymentOwner {
  readonly entry: ServiceEntry;
  readonly target: CodeDeployTarget;
}

/**
 * The service and the target of a deployment; undefined if the catalog names neither.
 *
 * The stack that created the function decides, if a service names it: names of applications and groups differ between SAM,
 * CDK and the Serverless Framework, are cut when they are long, and may begin like those of another stack. Every alias of
 * that stack and of those nested in it belongs to the service, also an alias made since the catalog was compiled.
 * Application, group and alias decide only for a function of no such stack.
 */
export function ownerOfDeployment(
  catalog: CompiledCatalog,
  clues: DeploymentClues,
): DeploymentOwner | undefined {
  const owners = Object.values(catalog.services).flatMap((entry) =>
    entry.targets.flatMap((target) =>
      target.kind === 'codedeploy' && target.alias === (clues.moves?.alias ?? target.alias)
        ? { entry, target }
        : [],
    ),
  );
  return (
    owners.find(({ entry, target }) => isOfStack(entry, clues) && isFunction(target, clues)) ??
    owners.find(({ entry, target }) => hasNames(entry, target, clues)) ??
    unlistedOwner(catalog, clues)
  );
}

function unlistedOwner({ services }: CompiledCatalog, clues: DeploymentClues): DeploymentOwner | undefined {
  const { moves, origin } = clues;
  const entry = Object.values(services).find((one) => one.stack !== undefined && isOfStack(one, clues));
  if (!entry || !moves || !origin) return undefined;
  const isOwn = entry.stack === origin.stackName && origin.logicalId !== '';
  const name = isOwn ? origin.logicalId : moves.function;
  return { entry, target: { kind: 'codedeploy', function: name, alias: moves.alias } };
}

function isOfStack(entry: ServiceEntry, { origin, rootName }: DeploymentClues): boolean {
  const stacks = stacksOf(entry);
  return (
    origin !== undefined &&
    (stacks.includes(origin.stackName) || (rootName !== undefined && stacks.includes(rootName)))
  );
}

function hasNames({ stack }: ServiceEntry, target: CodeDeployTarget, clues: DeploymentClues): boolean {
  const isNamed = target.application !== undefined && target.deploymentGroup !== undefined;
  // SAM's names prove nothing for a function of another stack.
  if (clues.origin && !(isNamed && isFunction(target, clues))) return false;
  const application = target.application ?? `${stack}-ServerlessDeploymentApplication-*`;
  const group = target.deploymentGroup ?? `${stack}-${target.function}DeploymentGroup-*`;
  return matchesPattern(application, clues.application) && matchesPattern(group, clues.deploymentGroup);
}

/** Whether a target names this function, by its logical id or its name. */
function isFunction(target: CodeDeployTarget, { moves, origin }: DeploymentClues): boolean {
  return target.function === origin?.logicalId || target.function === moves?.function;
}

/** Whether a name matches a pattern, in which `*` stands for any text. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
