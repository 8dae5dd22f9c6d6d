import type { Aliases } from '../shared/aws/aliases.ts';
import { isAtRest, isStackMissing, type StackState, type Stacks } from '../shared/aws/stacks.ts';
import type { ServiceEntry } from '../shared/catalog/service-entry.ts';
import { objectionNow, rollingBackInWords } from '../shared/incident/objection-to-release.ts';
import { knownBadCode } from '../shared/ledger/known-bad.ts';
import type { LockLedger } from '../shared/ledger/lock-ledger.ts';
import { lookBackReleases } from '../shared/ledger/objections-to-good.ts';
import { isTrafficBack } from '../shared/ledger/records.ts';
import { type LastRollback, lastRollback } from '../shared/queries/last-rollback.ts';
import { aliasVersions, type StackAlias } from '../shared/stack/alias-versions.ts';
import { parseTemplate, type StackTemplate } from '../shared/stack/stack-template.ts';
import { isReleasedOver } from '../shared/targets/alias/alias-check.ts';
import type { PlannedAlias } from '../shared/targets/alias/shapes.ts';
import { aliases, catalogStore, ledgers, planStore, stacks } from '../shared/wiring.ts';
import type { Place } from './command-spec.ts';
import { type Coordinator, findCoordinator, runtimeOf } from './find-coordinator.ts';
import { giveAnswer } from './give-answer.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Whether a deployment of a service may go on, with the reason. */
export interface DeployAnswer {
  readonly mayDeploy: boolean;
  readonly reason: string;
}

/** Decides whether a deployment of a service may go on now. */
export async function mayDeploy(
  {
    service,
    digest,
    json,
    place,
  }: {
    readonly service: string;
    readonly digest?: string | undefined;
    readonly json: boolean;
    readonly place: Place;
  },
  terminal: Terminal,
): Promise<ExitStatus> {
  const answer = await decide(await findCoordinator(place, terminal), { service, digest }, terminal);
  const verb = answer.mayDeploy ? 'may be deployed' : 'may not be deployed';
  const line = `${service} ${verb}: ${answer.reason}`;
  giveAnswer({ service, ...answer }, () => [line], json, terminal);
  return answer.mayDeploy ? 0 : 1;
}

/** The incident that has a service's lock, in words; undefined if none has. */
export async function rollingBack(locks: LockLedger, service: string): Promise<string | undefined> {
  const lock = await locks.lockOf(service);
  return lock && `${rollingBackInWords(lock)}.`;
}

async function decide(
  coordinator: Coordinator,
  { service, digest }: { readonly service: string; readonly digest: string | undefined },
  terminal: Terminal,
): Promise<DeployAnswer> {
  const runtime = runtimeOf(coordinator, terminal);
  const { releases, incidents, locks, holds } = ledgers(runtime);
  const entry = await catalogStore(runtime).entry(service);
  const standing = await objectionNow({ releases, incidents, locks, holds }, service);
  if (standing) {
    const until = standing.cause === 'on-hold' ? '; rollback-coordinator resume lets it go' : '';
    return no(`${standing.reason}${until}.`);
  }
  const recorded = digest === undefined ? [] : await releases.list(service, { limit: lookBackReleases });
  const bad = digest === undefined ? undefined : knownBadCode(digest, recorded);
  if (bad)
    return no(`its code was bad in release ${bad.releaseId}; see rollback-coordinator why ${bad.releaseId}.`);
  const rollback = await lastRollback({ releases, incidents, plans: planStore(runtime) }, service);
  const found: StackState[] = [];
  for (const name of stacksOf(entry, rollback)) {
    const stack = await existing(stacks(runtime), name);
    if (stack && !isAtRest(stack)) return no(`stack ${name} is ${stack.status}, which is not at rest.`);
    if (stack) found.push(stack);
  }
  const served = rollback && isTrafficBack(rollback.result) ? await restored(aliases(runtime), rollback) : [];
  const objection = served.length > 0 && (await objectionOf(service, served, found, stacks(runtime)));
  if (objection) return no(objection);
  if (found.length === 0) return yes('no stack of it exists that a rollback could have left behind.');
  const rest = found.map(({ name, status }) => `stack ${name} is ${status}`).join(', ');
  return yes(served.length > 0 ? `${rest}, on the versions that users are on.` : `${rest}.`);
}

/** An alias that is still as a rollback left it. */
interface RestoredAlias {
  readonly goal: PlannedAlias;
  /** Versions that it serves. */
  readonly versions: readonly string[];
}

/** The part of a rollback that is still in force: aliases without a newer release. */
async function restored(live: Aliases, { plan }: LastRollback): Promise<RestoredAlias[]> {
  const goals = new Map<string, PlannedAlias>();
  for (const target of plan.targets) {
    if (target.kind !== 'codedeploy' && target.kind !== 'lambda-alias') continue;
    goals.set(`${target.function}:${target.alias}`, target);
  }
  const found: RestoredAlias[] = [];
  for (const goal of goals.values()) {
    const state = await live.get(goal.function, goal.alias).catch(ifGone);
    if (!state || isReleasedOver(goal, state)) continue;
    found.push({ goal, versions: [state.version, ...Object.keys(state.weights)] });
  }
  return found;
}

/** The reason why the stacks of a service are neither pinned nor converged; undefined if they are. */
async function objectionOf(
  service: string,
  served: readonly RestoredAlias[],
  found: readonly StackState[],
  client: Stacks,
): Promise<string | undefined> {
  const held: (StackAlias & { readonly stack: string })[] = [];
  let nested: string | undefined;
  for (const stack of found) {
    const template = await templateOf(client, stack.name);
    if (!template)
      return `the template of stack ${stack.name} cannot be read, so it cannot be told which version it has.`;
    const contents = {
      template,
      physicalIds: await client.physicalIds(stack.name),
      parameters: stack.parameters,
    };
    held.push(...aliasVersions(contents).map((alias) => ({ ...alias, stack: stack.name })));
    if (Object.values(template.Resources).some(({ Type }) => Type === 'AWS::CloudFormation::Stack')) {
      nested = stack.name;
    }
  }
  for (const { goal, versions } of served) {
    const name = `${goal.function}:${goal.alias}`;
    const [version] = versions;
    if (versions.length > 1) return `${name} splits its traffic between versions ${versions.join(' and ')}.`;
    const alias = held.find((one) => one.function === goal.function && one.alias === goal.alias);
    // No stack deployment moves an alias that no stack has.
    if (!alias && !nested) continue;
    if (!alias)
      return `${name} may be in a nested stack of ${nested}, so it cannot be told which version that has.`;
    const after = `run rollback-coordinator converge ${service} --pin-only first.`;
    if (alias.version === undefined) {
      return `users are on version ${version} of ${name}, and it cannot be told which version stack ${alias.stack} has; ${after}`;
    }
    if (alias.version !== version) {
      return `users are on version ${version} of ${name}, and stack ${alias.stack} has version ${alias.version}; ${after}`;
    }
  }
  return undefined;
}

/** The stacks of a service, from its entry and from its plan. */
function stacksOf({ stack, targets }: ServiceEntry, rollback: LastRollback | undefined): Set<string> {
  return new Set([
    ...(stack ? [stack] : []),
    ...targets.flatMap((target) => (target.kind === 'cloudformation' && target.stack ? [target.stack] : [])),
    ...(rollback?.plan.targets ?? []).flatMap((target) =>
      target.kind === 'cloudformation' || target.kind === 'stack-pin' ? [target.stack] : [],
    ),
  ]);
}

async function existing(client: Stacks, name: string): Promise<StackState | undefined> {
  try {
    return await client.describe(name);
  } catch (error) {
    if (isStackMissing(error)) return undefined;
    throw error;
  }
}

async function templateOf(client: Stacks, name: string): Promise<StackTemplate | undefined> {
  const text = await client.processedTemplate(name);
  try {
    return parseTemplate(text);
  } catch {
    return undefined;
  }
}

function ifGone(error: Error): undefined {
  if (error.name !== 'ResourceNotFoundException') throw error;
  return undefined;
}

function yes(reason: string): DeployAnswer {
  return { mayDeploy: true, reason };
}

function no(reason: string): DeployAnswer {
  return { mayDeploy: false, reason };
}
