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

/** Entries by service, in an object that has no other members: `constructor` is the name of a service like any other. */
export function byService(entries: Iterable<ServiceEntry>): Record<string, ServiceEntry> {
  const services: Record<string, ServiceEntry> = Object.create(null);
  for (const entry of entries) services[entry.service] = entry;
  return services;
}

/** What is known of a deployment before it is known whose it is. */
export interface DeploymentClues {
  readonly application: string;
  readonly deploymentGroup: string;
  /** The function and alias that it moves; undefined while CodeDeploy does not show them. */
  readonly moves?: { readonly function: string; readonly alias: string } | undefined;
  /** The stack that made the function; undefined for a function that no stack made. */
  readonly origin?: { readonly stackName: string; readonly logicalId: string } | undefined;
  /** The stack at the top that the stack of the function is nested in; undefined where it is nested in none. */
  readonly rootName?: string | undefined;
}

type CodeDeployTarget = TargetEntry & { kind: 'codedeploy' };

/** A service, and its target that a deployment moves. */
export interface DeploymentOwner {
  readonly entry: ServiceEntry;
  readonly target: CodeDeployTarget;
}

/**
 * The service and the target that a deployment belongs to; undefined for one the catalog does not name.
 *
 * The stack that made the function decides, where a service names it: names of applications and groups differ between
 * SAM, CDK and the Serverless Framework, are cut when they are long, and may begin like those of another stack. Every
 * alias of that stack, and of those nested in it, is the service's, also one that was made since the catalog was compiled. Only for a function of no
 * such stack do application, group and alias decide.
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
  // SAM's names say nothing of a function that comes from another stack.
  if (clues.origin && !(isNamed && isFunction(target, clues))) return false;
  const application = target.application ?? `${stack}-ServerlessDeploymentApplication-*`;
  const group = target.deploymentGroup ?? `${stack}-${target.function}DeploymentGroup-*`;
  return matchesPattern(application, clues.application) && matchesPattern(group, clues.deploymentGroup);
}

/** Whether a target names a function, by its logical id or its name. */
function isFunction(target: CodeDeployTarget, { moves, origin }: DeploymentClues): boolean {
  return target.function === origin?.logicalId || target.function === moves?.function;
}

/** Whether a name is of a pattern, in which `*` stands for any text. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
