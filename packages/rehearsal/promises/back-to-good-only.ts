import { codeSha256 } from 'account-simulator/account/lambda/function-settings.ts';
import { type AliasKind, isAlias } from '../../../shared/catalog/alias-kinds.ts';
import { broughtBy, type ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { StackSnapshot } from '../../../shared/targets/cloudformation/shapes.ts';
import { inWords } from '../../../shared/targets/mesh/adapter.ts';
import type { TargetPlan, TargetSnapshot } from '../../../shared/targets/shapes.ts';
import { inWords as partsInWords } from '../../../shared/targets/state-machine-alias/routes.ts';
import type { SavedPlan } from './plan-mirror.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';
import { keepsRestored, makesRoom, type ServiceChange } from './service-changes.ts';

/** Deployments may complete unseen while a plan is made: as long as a function may run. */
const planningMs = 180_000;

/**
 * Every restore point is good, or served-well where the entry accepts that, and was recorded with the planned versions, or
 * is known as the versions from which deployments that never completed began; no part of it is marked bad, and all of it
 * existed when planning began; code is rebuilt only where its version is gone. Every change leads to the planned state.
 */
export const backToGoodOnly: PromiseCheck = {
  promise: 'back-to-good-only',
  watch(facts, broken) {
    const gone = new GoneAtPlanning(facts);
    facts.plans.onSaved((saved) => checkPlan(facts, gone, saved, broken));
    facts.changes.onChange((change) => checkChange(facts, change, broken));
    return undefined;
  },
};

function checkPlan(
  facts: RunFacts,
  gone: GoneAtPlanning,
  { at, key, plan }: SavedPlan,
  broken: Broken,
): void {
  for (const { service, fromRelease, toRelease, targets } of plan.services) {
    const say = (detail: string) => broken(`${facts.clock(at)} ${key}, ${service}: ${detail}`);
    const to = toRelease === undefined ? undefined : facts.ledger.release(toRelease);
    if (toRelease !== undefined && (!to || !isTaken(facts, service, to))) {
      say(`goes back to ${toRelease}, which is ${to ? to.verdict : 'not in the ledger'}`);
    }
    const from = facts.ledger.release(fromRelease);
    for (const target of targets) {
      // The slow way is only for deleted versions: publishing code that still exists may be refused.
      if (target.kind === 'stack-rebuild') {
        const there = target.builds.find(({ function: name, version }) =>
          facts.account.lambda.version(name, version),
        );
        if (there) say(`builds version ${there.version} of ${there.function} anew, which is there`);
      }
      const missing = gone.missing(plan.incidentId, target);
      if (missing) say(`${target.target} is planned to ${missing}, which is gone`);
      if (to || !isAlias(target)) {
        if (isAlias(target) && target.insteadOf !== undefined) {
          checkKept(facts, target, snapshotOf(to, target), say);
        } else if (!isAsRecorded(target, snapshotOf(to, target))) {
          say(`${target.target} is not planned as ${toRelease} recorded it`);
        }
        continue;
      }
      checkBeginning(facts, from, target, at, say);
    }
  }
}

/** An alias may be kept only at its current version, and only if nothing marked bad has that version. */
function checkKept(
  facts: RunFacts,
  { target, function: name, alias, toVersion, insteadOf }: Extract<TargetPlan, { kind: AliasKind }>,
  recorded: TargetSnapshot | undefined,
  say: Broken,
): void {
  const live = facts.account.lambda.aliasTarget(name, alias)?.version;
  if (live !== toVersion) say(`${target} is said to stay on version ${toVersion}, and is on ${live}`);
  if (!recorded || !isAlias(recorded) || recorded.version !== insteadOf) {
    say(`${target} stays instead of going to version ${insteadOf}, which the restore point does not have`);
  }
  const bad = facts.ledger
    .releases()
    .find(
      (one) =>
        one.verdict === 'bad' &&
        broughtBy(one).some((brought) => brought.function === name && brought.toVersion === toVersion),
    );
  if (bad) say(`${target} stays on version ${toVersion} of ${bad.releaseId}, marked bad`);
}

/** Whether a service may go back to a release, by its verdict and the catalog's demand. */
function isTaken(facts: RunFacts, service: string, { verdict }: ReleaseRecord): boolean {
  const demandsGood = facts.entry(service)?.policy.restorePoints === 'good';
  return verdict === 'good' || (verdict === 'served-well' && !demandsGood);
}

function checkBeginning(
  facts: RunFacts,
  from: ReleaseRecord | undefined,
  target: Extract<TargetPlan, { kind: AliasKind }>,
  at: number,
  say: Broken,
): void {
  const deployment = Object.values(from?.deployments ?? {}).find((one) => one.target === target.target);
  if (deployment?.fromVersion !== target.toVersion) {
    say(
      `${target.target} is planned to version ${target.toVersion}, from which its deployment did not begin`,
    );
    return;
  }
  const { status, completedAt = at } = facts.account.codeDeploy.find(deployment.deploymentId);
  if (status === 'Succeeded' && completedAt < at - planningMs) {
    say(`${target.target} goes back to an unverified version although its deployment had completed`);
  }
  const bad = facts.ledger
    .releases(from?.service)
    .find(
      ({ verdict, deployments }) =>
        verdict === 'bad' &&
        Object.values(deployments).some(
          (one) => one.function === target.function && one.toVersion === target.toVersion,
        ),
    );
  if (bad) say(`${target.target} goes back to version ${target.toVersion} of ${bad.releaseId}, marked bad`);
}

function checkChange(facts: RunFacts, change: ServiceChange, broken: Broken): void {
  if (makesRoom(change)) return;
  const {
    at,
    call,
    service = '',
    owners,
    alias,
    deploymentId,
    stack,
    templateUrl,
    parameter,
    hook,
    traffic,
  } = change;
  const attempts = keepsRestored(change) ? restoringAttempt(facts, service) : owners;
  const plans = attempts.flatMap((owner) => facts.plans.ofService(owner, service) ?? []);
  const targets = plans.flatMap((plan) => plan.targets);
  const say = (detail: string) =>
    broken(`${facts.clock(at)} ${call} on ${service || 'no service'} ${detail}`);
  if (alias) {
    const planned = targets.some(
      (target) =>
        isAlias(target) &&
        target.function === alias.function &&
        target.alias === alias.name &&
        goesTo(facts, target, alias.toVersion),
    );
    if (!planned)
      say(`moves ${alias.function}:${alias.name} to version ${alias.toVersion}, which no plan names`);
  } else if (deploymentId !== undefined) {
    const planned = targets.some(
      (target) => target.kind === 'codedeploy' && target.deploymentId === deploymentId,
    );
    if (!planned && !isFrozen(facts, change)) say(`stops ${deploymentId}, which no plan names`);
  } else if (templateUrl !== undefined) {
    // The saved template with the live versions in it, or the live template with functions of the saved one, of this
    // attempt.
    const isOf = (folder: string, planned: string) =>
      owners.some((owner) =>
        templateUrl.endsWith(`/templates/${folder}/${owner.replace('#', '/')}/${planned}.template`),
      );
    const planned = targets.some(
      (target) =>
        (target.kind === 'stack-rebuild' && isOf('rebuilds', target.stack)) ||
        (target.kind === 'cloudformation' &&
          target.snapshot?.kind === 'cloudformation' &&
          isOf('rests', target.stack)),
    );
    if (!planned) say(`updates it to ${templateUrl}, which no plan names`);
  } else if (stack !== undefined) {
    const planned = targets.some(
      (target) =>
        (target.kind === 'stack-pin' || (target.kind === 'cloudformation' && !target.waitOnly)) &&
        target.stack === stack,
    );
    if (!planned) say(`takes ${stack} back, which no plan names`);
  } else if (parameter) {
    const planned = targets.some(
      (target) =>
        target.kind === 'parameter' &&
        target.parameters.some(
          ({ name, toVersion }) =>
            name === parameter.name &&
            facts.account.parameterStore.version(name, toVersion)?.value === parameter.value,
        ),
    );
    if (!planned) say(`writes ${parameter.name} with a value of no version that a plan names`);
  } else if (traffic) {
    const planned = targets.some(
      (target) =>
        target.target === traffic.target &&
        ((target.kind === 'api-stage' && target.toDeployment === traffic.to) ||
          (target.kind === 'mesh' && inWords(target.toWeights) === traffic.to) ||
          (target.kind === 'state-machine-alias' && partsInWords(target.toRoutes) === traffic.to)),
    );
    if (!planned) say(`puts ${traffic.target} on ${traffic.to}, which no plan names`);
  } else if (hook) {
    const planned = plans.some(
      (plan) =>
        (plan.toRelease ?? null) === hook.event.toRelease &&
        plan.targets.some((target) => target.kind === 'hook' && target.function === hook.function),
    );
    if (!planned) say(`asks ${hook.function} to go to ${hook.event.toRelease}, which no plan names`);
  } else {
    say('is a change of no known kind');
  }
}

/** The attempt that last restored a service. */
function restoringAttempt(facts: RunFacts, service: string): string[] {
  const restored = facts.ledger.releases(service).findLast(({ restoredBy }) => restoredBy !== undefined);
  const incident = facts.ledger.incident(restored?.restoredBy ?? '');
  return incident ? [`${incident.incidentId}#${incident.attempt}`] : [];
}

/** Whether a target's plan matches the restore point's recorded state. */
function isAsRecorded(target: TargetPlan, recorded: TargetSnapshot | undefined): boolean {
  switch (target.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return recorded !== undefined && isAlias(recorded) && recorded.version === target.toVersion;
    case 'cloudformation':
      return target.snapshot === undefined || same(target.snapshot, recorded);
    case 'parameter':
      return target.parameters.every(
        ({ name, toVersion }) =>
          recorded?.kind === 'parameter' &&
          recorded.parameters.some((one) => one.name === name && one.version === toVersion),
      );
    case 'api-stage':
      return recorded?.kind === 'api-stage' && recorded.deploymentId === target.toDeployment;
    case 'mesh':
      return recorded?.kind === 'mesh' && same(recorded.weights, target.toWeights);
    case 'state-machine-alias':
      return recorded?.kind === 'state-machine-alias' && same(recorded.routes, target.toRoutes);
    case 'stack-rebuild':
      return same(target.snapshot, recorded);
    case 'stack-pin':
      // The stack's aliases are targets of their own, and checked as such.
      return true;
    case 'hook':
      // The hook runs the team's current code: there is no earlier hook to go back to.
      return true;
  }
}

/** Whether a version is an alias's planned version, or has its rebuilt code. */
function goesTo(
  { account }: RunFacts,
  target: Extract<TargetPlan, { kind: AliasKind }>,
  version: string,
): boolean {
  if (!target.builtBy) return target.toVersion === version;
  const code = account.lambda.version(target.function, version)?.code;
  return (
    Number(version) > Number(target.fromVersion) &&
    code !== undefined &&
    codeSha256(code) === target.toCodeSha256
  );
}

/** Whether a change stops a deployment of an incident's own release because nothing may be rolled back. */
function isFrozen(facts: RunFacts, { by, owners, deploymentId = '' }: ServiceChange): boolean {
  if (by !== 'FreezeServiceFunction') return false;
  return owners.some((owner) => {
    const incident = facts.ledger.incident(owner.replace(/#\d+$/, ''));
    return facts.ledger.release(incident?.releaseId ?? '')?.deployments[deploymentId] !== undefined;
  });
}

function snapshotOf(release: ReleaseRecord | undefined, target: TargetPlan): TargetSnapshot | undefined {
  const recorded = target.kind === 'stack-rebuild' ? target.snapshot.target : target.target;
  return release?.snapshot?.find((one) => one.target === recorded);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sorted(one)]),
  );
}

/** Versions and artefacts that were gone when an incident's planning began: a plan cannot know of later deletions. */
class GoneAtPlanning {
  readonly #facts: RunFacts;
  readonly #deleted = new Map<string, number>();
  readonly #began = new Map<string, number>();

  constructor(facts: RunFacts) {
    this.#facts = facts;
    const { wire, lambdaRuntime, clock } = facts.account;
    wire.onPerformed(({ call: { service, operation, input, now }, refusal }) => {
      if (refusal) return;
      if (service === 'lambda' && operation === 'DeleteFunction') {
        this.#deleted.set(`${input.FunctionName}:${input.Qualifier}`, now);
      }
      if (service === 's3' && operation === 'DeleteObject') this.#deleted.set(input.Key, now);
      if (service === 's3' && operation === 'PutObject') this.#deleted.delete(input.Key);
    });
    lambdaRuntime.intercept(({ logicalId, payload }, next) => {
      if (logicalId === 'PlanRollbackFunction') {
        const { incidentId } = JSON.parse(payload) as { incidentId: string };
        this.#began.set(incidentId, clock.now());
      }
      return next();
    });
  }

  #goneTemplate({ templateKey, processedKey }: StackSnapshot, began: number): string | undefined {
    return [templateKey, processedKey].find((key) => (this.#deleted.get(key ?? '') ?? began) < began);
  }

  /** Name of a missing part that a planned target needs; undefined where all parts existed. */
  missing(incidentId: string, target: TargetPlan): string | undefined {
    const began = this.#began.get(incidentId) ?? 0;
    switch (target.kind) {
      case 'codedeploy':
      case 'lambda-alias': {
        const { function: name, toVersion, builtBy } = target;
        // The stack rebuilds the version.
        if (builtBy || this.#facts.account.lambda.version(name, toVersion)) return undefined;
        const at = this.#deleted.get(`${name}:${toVersion}`) ?? 0;
        return at < began ? `version ${toVersion} of ${name}` : undefined;
      }
      case 'cloudformation': {
        if (target.snapshot?.kind !== 'cloudformation') return undefined;
        return this.#goneTemplate(target.snapshot, began);
      }
      case 'stack-rebuild':
        return this.#goneTemplate(target.snapshot, began);
      case 'stack-pin':
        // The stack's aliases are targets of their own.
        return undefined;
      case 'parameter': {
        const gone = target.parameters.find(
          ({ name, toVersion }) => !this.#facts.account.parameterStore.version(name, toVersion),
        );
        return gone && `version ${gone.toVersion} of parameter ${gone.name}`;
      }
      case 'api-stage': {
        const { api, toDeployment } = target;
        return this.#facts.account.apiGateway.lookUp(api)?.deployments.has(toDeployment)
          ? undefined
          : `deployment ${toDeployment} of ${api}`;
      }
      case 'mesh': {
        const used = target.toWeights.filter(({ weight }) => weight > 0);
        const gone = used.find(
          ({ targetGroup }) => !this.#facts.account.vpcLattice.hasTargetGroup(targetGroup),
        );
        return gone && `target group ${gone.targetGroup}`;
      }
      case 'state-machine-alias': {
        const { versions } = this.#facts.account.stepFunctions;
        const gone = target.toRoutes.find(
          ({ version }) => versions.definition(target.stateMachine, version) === undefined,
        );
        return gone && `version ${gone.version} of ${target.stateMachine}`;
      }
      case 'hook':
        return this.#facts.account.lambdaRuntime.has(target.function) ? undefined : `hook ${target.function}`;
    }
  }
}
