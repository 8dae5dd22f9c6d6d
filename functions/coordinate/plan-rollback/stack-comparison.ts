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

/** What comparing reads of AWS. */
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

/** Of a stack that is not compared. */
const nothing: Compared = {
  findings: [],
  exchange: { givesUp: new Map(), exportsAgain: new Set(), imports: new Set() },
};

/** The stacks that one planning is about: each is read once, and only what was found is kept. */
export class StackComparison {
  readonly #clients: ComparisonClients;
  readonly #states = new Map<string, Promise<StackState>>();
  readonly #compared = new Map<string, Promise<Compared>>();
  #exports: Promise<readonly StackExport[]> | undefined;

  constructor(clients: ComparisonClients) {
    this.#clients = clients;
  }

  /** A stack as it was when this planning first looked. */
  state(stack: string): Promise<StackState> {
    return remembered(this.#states, stack, () => this.#clients.stacks.describe(stack));
  }

  /**
   * What breaks, or may break, where functions and APIs go back without their stack; `of` is the name of the function, or
   * the id of the API. Nothing while the stack is on its way: an update deletes only once it is through, and one that fails
   * takes itself back.
   *
   * @param built functions whose version is gone and built anew: the new one is published with what there is by then, and
   *   what is gone is made again for it, so that nothing is certain
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

  /** What a stack changes for others on its way to a saved template, as far as its templates tell. */
  async exchange(stack: string, goal: StackSnapshot): Promise<StackExchange> {
    return (await this.#compare(stack, goal)).exchange;
  }

  /**
   * What a release changed of its stack, for people: planning goes on without it. Undefined where the stack does not show the
   * release, because it was taken back, or because CloudFormation shows an update only once it is through.
   *
   * @param earlier keys of the templates that are recorded of earlier releases
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

  /** Every value that is exported in the account and Region. */
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
   * Why a recorded release is no way back although all of it exists: a version of it cannot serve for certain, and its
   * stack cannot be brought back before the traffic. Undefined where it is one.
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

  /** The first of these aliases that would move; what is live serves, or not, as it is. */
  async #moved(aliases: readonly AliasSnapshot[]): Promise<AliasSnapshot | undefined> {
    for (const one of aliases) {
      const live = await this.#clients.aliases.find(one.function, one.alias);
      // One that is gone is moved by nobody: its stack makes it anew.
      if (!live) continue;
      if (live.version !== one.version || Object.keys(live.weights).length > 0) return one;
    }
    return undefined;
  }
}

/** The saved stacks of a snapshot that the service still has: an entry may name another one by now. */
export function savedStacks(entry: ServiceEntry, snapshot: readonly TargetSnapshot[]): StackSnapshot[] {
  const named = new Set(
    entry.targets.map((target) => (target.kind === 'cloudformation' && target.stack) || entry.stack),
  );
  return snapshot.filter((one) => one.kind === 'cloudformation').filter(({ stack }) => named.has(stack));
}

/** Whether what an update takes out of a stack is gone, or about to go. */
function isThrough(state: StackState): boolean {
  return isAtRest(state) || state.status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS';
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const before = known.get(key) ?? read();
  known.set(key, before);
  return before;
}
