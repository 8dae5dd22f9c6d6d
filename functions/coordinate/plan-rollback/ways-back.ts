import { idsOfAlias, isAtRest, type StackState, type Stacks } from '../../../shared/aws/stacks.ts';
import { type AliasKind, isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import { versionPublishedFor } from '../../../shared/stack/rebuild-template.ts';
import { parseTemplate } from '../../../shared/stack/stack-template.ts';
import { numberOf } from '../../../shared/targets/built-versions.ts';
import type {
  PlannedRole,
  StackRebuildPlan,
  StackSnapshot,
} from '../../../shared/targets/cloudformation/shapes.ts';
import { planRole } from '../../../shared/targets/cloudformation/stack-role.ts';
import { savedStateOf } from '../../../shared/targets/kinds.ts';
import { type TargetSnapshot, targetName } from '../../../shared/targets/shapes.ts';
import type { ArtefactClients } from '../../../shared/targets/target-kind.ts';
import { rebuildName } from '../../../shared/targets/waves.ts';
import { isStateBefore } from './release-timeline.ts';
import { type StackComparison, savedStacks } from './stack-comparison.ts';

/** Clients for finding ways back. */
export interface WaysBackDeps extends ArtefactClients {
  readonly stacks: Stacks;
}

/** The way back to a release: whether it exists, and whether the restored versions could serve. */
export interface WayTo {
  /** Reason why there is none, in words; undefined if there is one. */
  readonly missing?: string;
  /** The slow way if versions are gone: stacks that rebuild their code. */
  readonly rebuilds?: readonly StackRebuildPlan[];
}

type AliasSnapshot = Extract<TargetSnapshot, { kind: AliasKind }>;

/** The rebuild of a missing version, or the reason why there is none. */
type Rebuilt = { readonly refused: string } | { readonly plan: StackRebuildPlan };

/** Finds the existing ways back to releases. Each release is checked once: selection and planning ask for the same. */
export class WaysBack {
  readonly #deps: WaysBackDeps;
  readonly #services: Readonly<Record<string, ServiceEntry>>;
  readonly #comparison: StackComparison;
  readonly #known = new Map<string, Promise<WayTo>>();

  /** @param services by name */
  constructor(
    deps: WaysBackDeps,
    services: Readonly<Record<string, ServiceEntry>>,
    comparison: StackComparison,
  ) {
    this.#deps = deps;
    this.#services = services;
    this.#comparison = comparison;
  }

  to(release: ReleaseRecord): Promise<WayTo> {
    const way = this.#known.get(release.releaseId) ?? this.#wayTo(release);
    this.#known.set(release.releaseId, way);
    return way;
  }

  async #wayTo(release: ReleaseRecord): Promise<WayTo> {
    const { service, snapshot } = release;
    if (!snapshot) return { missing: 'it was never recorded what was live' };
    // The versions that the deployments began from were checked a moment ago.
    if (isStateBefore(release)) return {};
    const gone: AliasSnapshot[] = [];
    for (const target of snapshot) {
      const missing = await savedStateOf(target).missing(this.#deps, target);
      if (missing === undefined) continue;
      if (!isAlias(target)) return { missing };
      // A release that removes a function leaves no alias to move: its stack creates both anew.
      if (!(await this.#deps.aliases.find(target.function, target.alias))) continue;
      gone.push(target);
    }
    const rebuilds: StackRebuildPlan[] = [];
    for (const target of gone) {
      const rebuilt = await this.#rebuild(service, snapshot, target);
      if ('refused' in rebuilt) {
        return {
          missing:
            `version ${target.version} of ${target.function} is gone and cannot be built anew: ${rebuilt.refused}; ` +
            'deploy that code anew',
        };
      }
      const same = rebuilds.findIndex(({ stack }) => stack === rebuilt.plan.stack);
      const before = rebuilds[same];
      if (before) rebuilds[same] = { ...before, builds: [...before.builds, ...rebuilt.plan.builds] };
      else rebuilds.push(rebuilt.plan);
    }
    const built = new Set(rebuilds.flatMap(({ builds }) => builds.map((one) => one.function)));
    const entry = this.#services[service];
    const missing = entry && (await this.#comparison.noWayBack(entry, snapshot, built));
    if (missing !== undefined) return { missing };
    return rebuilds.length > 0 ? { rebuilds } : {};
  }

  /** The function's stack rebuilds it, if that stack is a target in the catalog. */
  async #rebuild(
    service: string,
    snapshot: readonly TargetSnapshot[],
    target: AliasSnapshot,
  ): Promise<Rebuilt> {
    const { function: name, version, codeSha256 } = target;
    const entry = this.#services[service];
    for (const saved of entry ? savedStacks(entry, snapshot) : []) {
      const stackTarget = entry?.targets.find((one) => targetName(one) === saved.target);
      if (stackTarget?.kind !== 'cloudformation') continue;
      const ids = await this.#deps.stacks.physicalIds(saved.stack);
      if (idsOfAlias(ids, name, target.alias).length === 0) continue;
      const live = await this.#comparison.state(saved.stack);
      const role = planRole(live.roleArn, stackTarget.roleArn);
      const refused = await this.#objectionTo(saved, target, ids, live, role);
      if (typeof refused === 'string') return { refused };
      const { skipResources } = stackTarget;
      return {
        plan: {
          kind: 'stack-rebuild',
          phase: 'rebuild',
          target: rebuildName(saved.target),
          stack: saved.stack,
          snapshot: saved,
          builds: [{ function: name, version, codeSha256, ...refused }],
          ...(skipResources && { skipResources }),
          ...(role && { role }),
          ...(live.triggers && { triggers: live.triggers }),
        },
      };
    }
    return { refused: `no stack that is a target of ${service} has it` };
  }

  /** The reason why a stack cannot build a version, or the logical ids of the function and the version that it builds. */
  async #objectionTo(
    { stack: name, processedKey }: StackSnapshot,
    target: AliasSnapshot,
    ids: ReadonlyMap<string, string>,
    { status }: StackState,
    role: PlannedRole | undefined,
  ): Promise<string | { readonly functionId: string; readonly versionId: string }> {
    const { bucket, aliases } = this.#deps;
    const text = processedKey === undefined ? undefined : await bucket.read(processedKey);
    if (text === undefined) return `the template of stack ${name} was not saved as it was processed`;
    const saved = parseTemplate(text);
    const aliasId = idsOfAlias(ids, target.function, target.alias).find(
      (logicalId) => saved.Resources[logicalId]?.Type === 'AWS::Lambda::Alias',
    );
    const published = aliasId === undefined ? undefined : versionPublishedFor(saved, aliasId);
    if (!published) return `the saved template of stack ${name} publishes no version for ${target.target}`;
    const { functionId, versionId } = published;
    if (ids.get(functionId) !== target.function) {
      return `stack ${name} has another function than ${target.function} as ${functionId}`;
    }
    if (target.codeSha256 === '')
      return 'the digest of its code was not recorded, so that it could not be checked';
    const there = numberOf(ids.get(versionId));
    const code = there === undefined ? undefined : await aliases.codeOf(target.function, there);
    if (ids.has(versionId) && code !== target.codeSha256) {
      return `stack ${name} has ${versionId} already, so that CloudFormation would not publish it again`;
    }
    if (!role) {
      return `stack ${name} has no service role, and an update of ours would run with the coordinator's rights: give it one`;
    }
    const canBeUpdated = isAtRest({ status }) || status.endsWith('_IN_PROGRESS') || canBeSettled.has(status);
    if (!canBeUpdated || status.startsWith('DELETE_'))
      return `stack ${name} is ${status} and cannot be updated`;
    return { functionId, versionId };
  }
}

/** Statuses from which the coordinator brings a stack to rest. */
const canBeSettled: ReadonlySet<string> = new Set(['UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED']);
