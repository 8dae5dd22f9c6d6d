import type { Aliases } from '../../../shared/aws/aliases.ts';
import type { Bucket } from '../../../shared/aws/bucket.ts';
import { isAtRest, type StackState, type Stacks } from '../../../shared/aws/stacks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { shorten } from '../../../shared/mail/mail-text.ts';
import { compareTemplates, type Finding } from '../../../shared/stack/compare-templates.ts';
import { originOf } from '../../../shared/stack/release-origin.ts';
import {
  exchangeOf,
  hasExchange,
  type StackExchange,
  type StackExport,
} from '../../../shared/stack/stack-exchange.ts';
import { parseTemplate } from '../../../shared/stack/stack-template.ts';
import { changedParameters, changedResources } from '../../../shared/stack/template-changes.ts';
import type { AliasSnapshot } from '../../../shared/targets/alias/shapes.ts';
import type { StackSnapshot } from '../../../shared/targets/cloudformation/shapes.ts';
import { planRole } from '../../../shared/targets/cloudformation/stack-role.ts';
import { templateDigest } from '../../../shared/targets/cloudformation/template-digest.ts';
import type { ReleaseChange } from '../../../shared/targets/service-plan.ts';
import type { TargetSnapshot } from '../../../shared/targets/shapes.ts';

/** Clients for comparing. */
export interface ComparisonClients {
  readonly stacks: Stacks;
  readonly aliases: Aliases;
  readonly bucket: Bucket;
}

interface Compared {
  readonly findings: readonly Finding[];
  readonly exchange: StackExchange;
}

/** Names in one list of a plan: a stack may have 500 resources. */
const mostNames = 30;

/** For a stack that is not compared. */
const nothing: Compared = {
  findings: [],
  exchange: { givesUp: new Map(), exportsAgain: new Set(), imports: new Set() },
};

/** The stacks of one planning: each is read once, and only the findings are kept. */
export class StackComparison {
  readonly #clients: ComparisonClients;
  readonly #states = new Map<string, Promise<StackState>>();
  readonly #compared = new Map<string, Promise<Compared>>();
  #exports: Promise<readonly StackExport[]> | undefined;

  constructor(clients: ComparisonClients) {
    this.#clients = clients;
  }

  /** A stack at the first read of this planning. */
  state(stack: string): Promise<StackState> {
    return remembered(this.#states, stack, () => this.#clients.stacks.describe(stack));
  }

  /**
   * Breakage, certain or possible, if functions and APIs go back without their stack; `of` is the name of the function, or
   * the id of the API. None while the stack is moving: an update deletes only once it is complete, and a failed one rolls
   * back.
   *
   * @param built functions whose version is gone and will be rebuilt: the new version is published with the resources of
   *   that time, and missing ones are created again for it, so that nothing is certain
   */
  async findings(
    stack: string,
    goal: StackSnapshot,
    built: ReadonlySet<string>,
  ): Promise<readonly Finding[]> {
    const { findings } = await this.#compare(stack, goal);
    return findings.map((one) =>
      built.has(one.of) ? { verdict: 'at-risk', of: one.of, reason: one.reason } : one,
    );
  }

  /** Effects of a stack on others on its way to a saved template, as far as its templates show. */
  async exchange(stack: string, goal: StackSnapshot): Promise<StackExchange> {
    return (await this.#compare(stack, goal)).exchange;
  }

  /**
   * Changes of a release to its stack, for people: planning goes on without them. Undefined if the stack does not show the
   * release, because it was rolled back, or because CloudFormation shows an update only once it is complete.
   *
   * @param earlier keys of the recorded templates of earlier releases
   */
  async change(
    stack: string,
    goal: StackSnapshot,
    earlier: ReadonlySet<string>,
  ): Promise<ReleaseChange | undefined> {
    const { stacks, bucket } = this.#clients;
    try {
      const live = await stacks.processedTemplate(stack);
      const digest = templateDigest(live);
      if ([...earlier].some((key) => key.includes(digest))) return undefined;
      const saved = goal.processedKey && (await bucket.read(goal.processedKey));
      if (!saved) return undefined;
      const [before, after] = [parseTemplate(saved), parseTemplate(live)];
      const { tags, parameters } = await this.state(stack);
      const { added, removed, changed } = changedResources(before, after);
      const change = {
        origin: originOf(tags, after.Metadata),
        originBefore: originOf(goal.tags, before.Metadata),
        added: shorten(added, mostNames),
        removed: shorten(removed, mostNames),
        changed: shorten(changed, mostNames),
        parameters: shorten(changedParameters(goal.parameters, parameters), mostNames),
      };
      return Object.values(change).some((one) => one.length > 0) ? change : undefined;
    } catch {
      return undefined;
    }
  }

  /** Every exported value of the account and Region. */
  exports(): Promise<readonly StackExport[]> {
    this.#exports ??= this.#clients.stacks.exports();
    return this.#exports;
  }

  #compare(stack: string, goal: StackSnapshot): Promise<Compared> {
    const { processedKey } = goal;
    if (processedKey === undefined) return Promise.resolve(nothing);
    return remembered(this.#compared, `${stack} ${processedKey}`, async () => {
      const { stacks, bucket } = this.#clients;
      const state = await this.state(stack);
      const text = isThrough(state) ? await bucket.read(processedKey) : undefined;
      if (text === undefined) return nothing;
      const [from, to] = [parseTemplate(await stacks.processedTemplate(stack)), parseTemplate(text)];
      const physicalIds = await stacks.physicalIds(stack);
      const findings = compareTemplates(to, from).map((finding) => ({
        ...finding,
        of: physicalIds.get(finding.of) ?? finding.of,
      }));
      const exports = hasExchange(from) || hasExchange(to) ? await this.exports() : [];
      return { findings, exchange: exchangeOf({ from, to, exports, goal, state, physicalIds }) };
    });
  }

  /**
   * The reason why a recorded release is no restore point although all of it exists: one of its versions certainly cannot
   * serve, and its stack cannot be restored before the traffic. Undefined if it is one.
   *
   * @param built as in {@link findings}
   */
  async noWayBack(
    entry: ServiceEntry,
    snapshot: readonly TargetSnapshot[],
    built: ReadonlySet<string>,
  ): Promise<string | undefined> {
    const [goal] = savedStacks(entry, snapshot);
    if (!goal) return undefined;
    const stackTarget = entry.targets.find((target) => target.kind === 'cloudformation');
    for (const { verdict, of, reason, mendedByStack } of await this.findings(goal.stack, goal, built)) {
      if (verdict !== 'certain') continue;
      const moved = await this.#moved(snapshot.filter(isAlias).filter((one) => one.function === of));
      if (!moved) continue;
      const what = `version ${moved.version} of ${of} cannot serve: ${reason}`;
      if (!mendedByStack)
        return `${what}, and stack ${goal.stack} would not bring it back under the same name`;
      if (!stackTarget) return `${what}, and the catalog does not make stack ${goal.stack} a target`;
      if (!planRole((await this.state(goal.stack)).roleArn, stackTarget.roleArn))
        return `${what}, and stack ${goal.stack} has no service role by which it could be brought back first`;
    }
    return undefined;
  }

  /** The first of these aliases that would move; an alias already on its version serves, or not, as it is. */
  async #moved(aliases: readonly AliasSnapshot[]): Promise<AliasSnapshot | undefined> {
    for (const one of aliases) {
      const live = await this.#clients.aliases.find(one.function, one.alias);
      // A missing alias cannot be moved: its stack creates it anew.
      if (!live) continue;
      if (live.version !== one.version || Object.keys(live.weights).length > 0) return one;
    }
    return undefined;
  }
}

/** The saved stacks of a snapshot that the service still has: its entry may name another one by now. */
export function savedStacks(entry: ServiceEntry, snapshot: readonly TargetSnapshot[]): StackSnapshot[] {
  const named = new Set(
    entry.targets.map((target) => (target.kind === 'cloudformation' && target.stack) || entry.stack),
  );
  return snapshot.filter((one) => one.kind === 'cloudformation').filter(({ stack }) => named.has(stack));
}

/** Whether the resources that an update removed are gone, or about to be deleted. */
function isThrough(state: StackState): boolean {
  return isAtRest(state) || state.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const before = known.get(key) ?? read();
  known.set(key, before);
  return before;
}
