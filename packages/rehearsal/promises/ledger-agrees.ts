import { codeSha256 } from 'account-simulator/account/lambda/function-settings.ts';
import { type AliasKind, isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { inWords } from '../../../shared/targets/mesh/adapter.ts';
import { isStackToken } from '../../../shared/targets/rollback-marker.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';
import { isRelease } from './ledger-mirror.ts';
import type { PromiseCheck } from './promise.ts';
import type { RunFacts } from './run-facts.ts';

/** A snapshot is read within the run of one function, and reads may be late by seconds. */
const snapshotMs = 2 * 60_000;

/**
 * The ledger agrees with the account: a recorded deployment has CodeDeploy's versions; the snapshot of a release is the live
 * state when it was taken, for a watched release the versions and the template that it brought in; and at the end the newest
 * good release of a service is live, unless another actor deployed since or an incident set out to undo it.
 */
export const ledgerAgrees: PromiseCheck = {
  promise: 'ledger-agrees',
  watch(facts, broken) {
    const templates = new Map<string, { readonly at: number; readonly text: string }[]>();
    /** Saved templates that a clean-up has deleted: a release may be recorded right after. */
    const deleted = new Set<string>();
    facts.account.wire.onPerformed(({ call: { service, operation, input } }) => {
      if (service === 's3' && operation === 'DeleteObject') deleted.add(String(input.Key));
    });
    facts.account.cloudFormation.onUpdate(({ at, stack, token, text }) => {
      if (isStackToken(token)) return;
      const updates = templates.get(stack) ?? [];
      updates.push({ at, text });
      templates.set(stack, updates);
    });

    facts.ledger.onWrite(({ at, before, after }) => {
      if (!after || !isRelease(after)) return;
      const say = (detail: string) => broken(`${facts.clock(at)} release ${after.releaseId}: ${detail}`);
      for (const id of Object.keys(after.deployments)) {
        if (before && isRelease(before) && before.deployments[id]) continue;
        const problem = deploymentProblem(facts, after, id);
        if (problem) say(problem);
      }
      if (!after.snapshot || (before && 'snapshot' in before)) return;
      for (const one of after.snapshot) {
        const problem = snapshotProblem(one, after, at);
        if (problem) say(problem);
      }
    });
    function snapshotProblem(one: TargetSnapshot, release: ReleaseRecord, at: number): string | undefined {
      switch (one.kind) {
        case 'codedeploy':
        case 'lambda-alias':
          return aliasProblem(facts, release, one, at);
        case 'cloudformation':
          return deleted.has(one.templateKey)
            ? undefined
            : templateProblem(facts, release, one, templates.get(one.stack) ?? []);
        case 'parameter':
          return parameterProblem(facts, one, at);
        case 'api-stage':
          return facts.traffic.changedByOthers(one.target, at - snapshotMs) ||
            facts.account.apiGateway.lookUp(one.api)?.stages.get(one.stage)?.deploymentId === one.deploymentId
            ? undefined
            : `${one.target} is recorded on deployment ${one.deploymentId}, which is not live`;
        case 'state-machine-alias': {
          const live = facts.account.stepFunctions.versions.routes(one.stateMachine, one.alias);
          return facts.traffic.changedByOthers(one.target, at - snapshotMs) ||
            one.routes.every(({ version, weight }) => live[version] === weight)
            ? undefined
            : `${one.target} is recorded on ${JSON.stringify(one.routes)}, which is not live`;
        }
        case 'mesh': {
          const live = facts.account.vpcLattice.weights(one);
          return facts.traffic.changedByOthers(one.target, at - snapshotMs) ||
            one.weights.every(({ targetGroup, weight }) => live[targetGroup] === weight)
            ? undefined
            : `${one.target} is recorded with ${inWords(one.weights)}, which is not live`;
        }
      }
    }

    return () => {
      for (const { service } of facts.scenario.services) {
        const problem = notLive(facts, service);
        if (problem) broken(problem);
      }
    };
  },
};

function deploymentProblem(facts: RunFacts, release: ReleaseRecord, id: string): string | undefined {
  const recorded = release.deployments[id];
  const { appSpec } = facts.account.codeDeploy.find(id);
  const agrees =
    recorded?.function === appSpec.functionName &&
    recorded.alias === appSpec.alias &&
    recorded.fromVersion === appSpec.currentVersion &&
    recorded.toVersion === appSpec.targetVersion;
  return agrees
    ? undefined
    : `deployment ${id} is recorded as ${recorded?.fromVersion} -> ${recorded?.toVersion}`;
}

type AliasSnapshot = Extract<TargetSnapshot, { kind: AliasKind }>;
type StackSnapshot = Extract<TargetSnapshot, { kind: 'cloudformation' }>;

function aliasProblem(
  { account: { lambda } }: RunFacts,
  release: ReleaseRecord,
  { target, function: name, alias, version, codeSha256: digest, weights = {} }: AliasSnapshot,
  at: number,
): string | undefined {
  const history = lambda.shareHistory(name, alias);
  const broughtIn = Object.values(release.deployments).some(
    (one) => one.target === target && one.toVersion === version,
  );
  // The snapshot of a release that is settled late, under a newer one, still holds the versions it brought in.
  const since = broughtIn ? Date.parse(release.startedAt) : at - snapshotMs;
  const live = history.some(
    ({ shares }, index) => (shares[version] ?? 0) > 0 && (history[index + 1]?.at ?? at) >= since,
  );
  if (!live) return `${target} is recorded on version ${version}, which was not live`;
  const hadWeights = history.some(
    ({ shares }, index) =>
      (history[index + 1]?.at ?? at) >= since &&
      Object.entries(weights).every(([other, weight]) => Math.abs((shares[other] ?? 0) - weight) < 0.001),
  );
  if (!hadWeights) return `${target} is recorded with weights that it did not have`;
  const code = lambda.version(name, version)?.code;
  if (code !== undefined && codeSha256(code) !== digest)
    return `${target} has another digest than version ${version}`;
  const brought = Object.values(release.deployments).find((one) => one.target === target);
  if (!brought || brought.toVersion === version) return undefined;
  return `${target} is recorded on version ${version}, but the release brought in ${brought.toVersion}`;
}

function templateProblem(
  facts: RunFacts,
  release: ReleaseRecord,
  { templateKey, stack }: StackSnapshot,
  updates: readonly { readonly at: number; readonly text: string }[],
): string | undefined {
  const { account, coordinator } = facts;
  const input = { Bucket: coordinator.nameOf('Bucket'), Key: templateKey };
  let saved: string;
  try {
    const { Body } = account.s3.operations.GetObject(input) as { Body: Uint8Array };
    saved = Buffer.from(Body).toString();
  } catch {
    // A restoring release has the template of the release that it restores, which may be deleted since.
    if (release.restores !== undefined) return undefined;
    return `the template ${templateKey} was not saved`;
  }
  const began = Object.values(release.deployments).map(({ createdAt }) => Date.parse(createdAt));
  // A release without deployments is identified by its stack update alone.
  const since = began.length > 0 ? Math.min(...began) : release.stack && Date.parse(release.startedAt);
  const update = since && updates.findLast(({ at }) => at <= since);
  if (!update || update.text === saved) return undefined;
  return `the template saved of ${stack} is not the one that the release brought in`;
}

function parameterProblem(
  { account: { parameterStore } }: RunFacts,
  { parameters }: Extract<TargetSnapshot, { kind: 'parameter' }>,
  at: number,
): string | undefined {
  for (const { name, version } of parameters) {
    const next = parameterStore.version(name, version + 1);
    const found = parameterStore.version(name, version);
    if (found && (!next || next.writtenAt.getTime() >= at - snapshotMs)) continue;
    return `${name} is recorded on version ${version}, which was not live`;
  }
  return undefined;
}

function notLive(facts: RunFacts, service: string): string | undefined {
  const newest = facts.ledger.releases(service).at(-1);
  // A release that an incident set out to undo does not count as live: the incident's results report how far the rollback
  // came.
  if (newest?.verdict !== 'good' || !newest.snapshot || newest.undoneBy) return undefined;
  const since = Date.parse(newest.startedAt);
  const { lambda, codeDeploy } = facts.account;
  const { stack } = facts.scenario.services.find((entry) => entry.service === service) ?? {};
  for (const one of newest.snapshot) {
    if (!isAlias(one)) continue;
    const others = codeDeploy.deployments.some(
      ({ id, createdAt, appSpec }) =>
        createdAt >= since && appSpec.functionName === one.function && !newest.deployments[id],
    );
    // The stack's own update moves an alias without deployments.
    const updated = one.kind === 'lambda-alias' && stack && facts.origins.updatedByOthers(stack, since + 1);
    const live = lambda.aliasTarget(one.function, one.alias);
    if (others || updated || live?.version === one.version) continue;
    return `${service}: ${newest.releaseId} has ${one.target} on version ${one.version}, live is ${live?.version}`;
  }
  return undefined;
}
