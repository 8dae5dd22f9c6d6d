import { isDeepStrictEqual } from 'node:util';
import { codeSha256 } from 'account-simulator/account/lambda/function-settings.ts';
import type { AliasKind } from '../../../shared/catalog/alias-kinds.ts';
import type { Outcome } from '../../../shared/ledger/records.ts';
import { inWords, sameWeights } from '../../../shared/targets/mesh/adapter.ts';
import type { TargetPlan } from '../../../shared/targets/shapes.ts';
import { isIncident } from './ledger-mirror.ts';
import type { Broken, PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/**
 * After the outcome `rolled-back` every planned alias is on the planned version, or on a newer version than the bad one with
 * the planned code, without weights; the stack is in a `*_COMPLETE` state, and where it was restored to a saved template,
 * with that template's parameters. Checked when the incident is closed and at the end, for every target that no other actor
 * has changed since. After `traffic-restored` the same holds for the targets that decide which code users meet; stacks and
 * hooks may be left as they are on purpose.
 */
export const restoredWhenRolledBack: PromiseCheck = {
  promise: 'restored-when-rolled-back',
  watch(facts, broken) {
    facts.ledger.onWrite(({ after, before }) => {
      if (after && isIncident(after) && isRestored(after.outcome) && before?.outcome !== after.outcome) {
        check(facts, after.incidentId, 'when it was closed', broken);
      }
    });
    return () => {
      for (const { incidentId, service, outcome, openedAt } of facts.ledger.incidents()) {
        const later = facts.ledger
          .incidents()
          .some((other) => other.service === service && other.openedAt > openedAt);
        if (isRestored(outcome) && !later) check(facts, incidentId, 'at the end', broken);
      }
    };
  },
};

/** Kinds of targets that decide which code users meet. */
const decidesTraffic: ReadonlySet<TargetPlan['kind']> = new Set([
  'codedeploy',
  'lambda-alias',
  'parameter',
  'api-stage',
  'mesh',
  'state-machine-alias',
]);

/** Whether an incident ended with its users on good code. */
function isRestored(outcome: Outcome | undefined): boolean {
  return outcome === 'rolled-back' || outcome === 'traffic-restored';
}

function check(facts: RunFacts, incidentId: string, when: string, broken: Broken): void {
  const incident = facts.ledger.incident(incidentId);
  const saved = facts.plans.of(`${incidentId}#${incident?.attempt}`);
  if (!incident || !saved) {
    broken(`incident ${incidentId} is ${incident?.outcome} without a plan`);
    return;
  }
  const since = Date.parse(incident.openedAt);
  for (const { service, targets } of saved.plan.services) {
    for (const target of targets) {
      // A target left on purpose is not broken: the outcome names it.
      if (incident.outcome === 'traffic-restored' && !decidesTraffic.has(target.kind)) continue;
      const problem = problemOf(facts, incidentId, service, target, since);
      if (problem)
        broken(
          `${service} ${target.target} ${problem} ${when} of ${incidentId}, which is ${incident.outcome}`,
        );
    }
  }
}

function problemOf(
  facts: RunFacts,
  incidentId: string,
  service: string,
  target: TargetPlan,
  since: number,
): string | undefined {
  switch (target.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return aliasProblem(facts, service, target, since);
    case 'cloudformation':
      return stackProblem(facts, target, since, incidentId);
    case 'stack-rebuild':
      // The aliases themselves show whether they are on the planned code.
      return undefined;
    case 'stack-pin':
      return pinProblem(facts, target, since);
    case 'parameter':
      return parameterProblem(facts, target, since);
    case 'api-stage':
      return stageProblem(facts, target, since);
    case 'mesh':
      return meshProblem(facts, target, since);
    case 'state-machine-alias':
      return workflowProblem(facts, target, since);
    case 'hook':
      return facts.changes
        .all()
        .some(({ hook, owners }) => hook?.function === target.function && isOf(incidentId, owners))
        ? undefined
        : 'was never asked';
  }
}

function stageProblem(
  facts: RunFacts,
  { target, api, stage, toDeployment }: Extract<TargetPlan, { kind: 'api-stage' }>,
  since: number,
): string | undefined {
  const live = facts.account.apiGateway.lookUp(api)?.stages.get(stage);
  if (live?.deploymentId === toDeployment && !live.canary) return undefined;
  return facts.traffic.changedByOthers(target, since)
    ? undefined
    : `is on deployment ${live?.deploymentId}, not ${toDeployment} alone,`;
}

function meshProblem(
  facts: RunFacts,
  { target, toWeights, ...place }: Extract<TargetPlan, { kind: 'mesh' }>,
  since: number,
): string | undefined {
  const live = facts.account.vpcLattice.weights(place);
  const weights = Object.entries(live).map(([targetGroup, weight]) => ({ targetGroup, weight }));
  if (sameWeights(weights, toWeights)) return undefined;
  return facts.traffic.changedByOthers(target, since)
    ? undefined
    : `forwards to ${inWords(weights)}, not ${inWords(toWeights)},`;
}

function workflowProblem(
  facts: RunFacts,
  { target, stateMachine, alias, toRoutes }: Extract<TargetPlan, { kind: 'state-machine-alias' }>,
  since: number,
): string | undefined {
  const live = facts.account.stepFunctions.versions.routes(stateMachine, alias);
  const wanted = Object.fromEntries(toRoutes.map(({ version, weight }) => [version, weight]));
  if (isDeepStrictEqual(live, wanted)) return undefined;
  return facts.traffic.changedByOthers(target, since)
    ? undefined
    : `is on ${JSON.stringify(live)}, not ${JSON.stringify(wanted)},`;
}

/** A pinned stack has the users' versions in its own state: its rollbacks go there. */
function pinProblem(
  facts: RunFacts,
  { stack, aliases }: Extract<TargetPlan, { kind: 'stack-pin' }>,
  since: number,
): string | undefined {
  if (facts.origins.updatedByOthers(stack, since)) return undefined;
  for (const { function: name, alias } of aliases) {
    const live = facts.account.lambda.aliasTarget(name, alias)?.version;
    const inStack = facts.account.cloudFormation.aliasVersion(stack, name, alias);
    if (inStack !== undefined && inStack !== live)
      return `has ${alias} on ${inStack} in stack ${stack}, not ${live},`;
  }
  return undefined;
}

function isOf(incidentId: string, owners: readonly string[]): boolean {
  return owners.some((owner) => owner.startsWith(`${incidentId}#`));
}

function parameterProblem(
  { account: { parameterStore }, coordinator }: RunFacts,
  { parameters }: Extract<TargetPlan, { kind: 'parameter' }>,
  since: number,
): string | undefined {
  for (const { name, fromVersion, toVersion, setSince } of parameters) {
    const live = parameterStore.version(name);
    // A value set after the release is left alone, and the outcome names it.
    if (setSince !== undefined && live?.version === fromVersion) continue;
    const goal = parameterStore.version(name, toVersion);
    if (live && live.value === goal?.value) continue;
    const ours = coordinator.stack.roles.some(({ roleArn }) => roleArn === live?.writtenBy);
    if (live && live.writtenAt.getTime() > since && !ours) continue;
    return `has ${name} on version ${live?.version ?? 'none'}, without the value of version ${toVersion},`;
  }
  return undefined;
}

function aliasProblem(
  facts: RunFacts,
  service: string,
  target: Extract<TargetPlan, { kind: AliasKind }>,
  since: number,
): string | undefined {
  const { lambda, codeDeploy } = facts.account;
  const { function: name, alias, fromVersion, toVersion, toCodeSha256 } = target;
  const changedByOthers = codeDeploy.deployments.some(
    (deployment) =>
      deployment.createdAt >= since &&
      deployment.appSpec.functionName === name &&
      facts.origins.of(deployment) === 'release',
  );
  if (changedByOthers) return undefined;
  const live = lambda.aliasTarget(name, alias);
  if (live && isReleasedByStack(facts, service, target, live.version, since)) return undefined;
  if (!live) return 'has no alias';
  if (Object.keys(live.weights).length > 0) return `has weights (${JSON.stringify(live.weights)})`;
  if (live.version === toVersion) return undefined;
  const code = lambda.version(name, live.version)?.code;
  const sameCode = code !== undefined && codeSha256(code) === toCodeSha256;
  return sameCode && Number(live.version) > Number(fromVersion)
    ? undefined
    : `is on version ${live.version}, not ${toVersion},`;
}

/**
 * Whether the team's next release has moved an alias without a deployment: the stack's update itself moves an alias without
 * UpdatePolicy, and on some accounts also the update that restores the UpdatePolicy after a pin (`newUpdatePolicy:
 * next-time`). Then the alias is on a newer version than the undone one.
 */
function isReleasedByStack(
  facts: RunFacts,
  service: string,
  { kind, fromVersion }: Extract<TargetPlan, { kind: AliasKind }>,
  liveVersion: string,
  since: number,
): boolean {
  const { stack } = facts.scenario.services.find((entry) => entry.service === service) ?? {};
  if (!stack || !facts.origins.updatedByOthers(stack, since)) return false;
  return kind === 'lambda-alias' || Number(liveVersion) > Number(fromVersion);
}

function stackProblem(
  facts: RunFacts,
  { stack, snapshot }: Extract<TargetPlan, { kind: 'cloudformation' }>,
  since: number,
  incidentId: string,
): string | undefined {
  if (facts.origins.updatedByOthers(stack, since)) return undefined;
  const { Stacks: [found] = [] } = facts.account.cloudFormation.operations.DescribeStacks({
    StackName: stack,
  });
  const status = found?.StackStatus ?? 'gone';
  if (!status.endsWith('_COMPLETE') || status === 'ROLLBACK_COMPLETE') return `is ${status}`;
  const ours = facts.changes
    .all()
    .some((change) => change.stack === stack && isOf(incidentId, change.owners));
  if (!ours || snapshot?.kind !== 'cloudformation') return undefined;
  for (const { key, value } of snapshot.parameters) {
    const live = found?.Parameters?.find(({ ParameterKey }) => ParameterKey === key)?.ParameterValue;
    if (value !== undefined && live !== value) return `has parameter ${key} ${live}, not ${value},`;
  }
  return undefined;
}
