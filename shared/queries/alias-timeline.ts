import type { AliasObservation, CheckpointRecord, CheckpointSubject } from '../ledger/checkpoint-records.ts';

/** The ledger's records about a service's aliases. */
export interface AliasFacts {
  readonly checkpoints: readonly CheckpointRecord[];
  readonly observations: readonly AliasObservation[];
}

/**
 * The source of an answer. `recorded`: the times of the deployment that moved the alias. `seen`: it was found there at
 * `since`, and may have been there for longer. `inferred`: nothing earlier is recorded, but the next deployment began from
 * it. `between`: it changed, without a deployment, at some time between `since` and `until`.
 */
export type Certainty = 'recorded' | 'seen' | 'inferred' | 'between';

/** The version of one alias at a moment. */
export interface AliasAt {
  readonly target: string;
  readonly function: string;
  readonly alias: string;
  /** The versions that had traffic: one, two while traffic is split; none if nothing is known. */
  readonly versions: readonly string[];
  readonly certainty: Certainty;
  /** Beginning by the ledger, ISO 8601; null if it is inferred. */
  readonly since: string | null;
  /** Next change of the versions, as far as the ledger knows; null while they are the latest. */
  readonly until: string | null;
  /** `between`: the other versions that it may have had by then. */
  readonly orVersions?: readonly string[];
  /** The deployment or the incident that is the source. */
  readonly by: string;
}

/** A known state of an alias at a moment. */
interface Fact {
  readonly at: string;
  readonly versions: readonly string[];
  /** `moved`: from here on. `found`: here, with an unknown beginning. `was`: until here. */
  readonly is: 'moved' | 'found' | 'was';
  readonly by: string;
}

/** The aliases in the facts, with the version of each at `at` (ISO 8601). */
export function aliasesAt({ checkpoints, observations }: AliasFacts, at: string): AliasAt[] {
  const subjects = new Map<string, Pick<CheckpointSubject, 'target' | 'function' | 'alias'>>();
  const facts = new Map<string, Fact[]>();
  const add = (one: Pick<CheckpointSubject, 'target' | 'function' | 'alias'>, ...more: Fact[]) => {
    subjects.set(one.target, one);
    facts.set(one.target, [...(facts.get(one.target) ?? []), ...more]);
  };
  for (const deployment of deploymentsOf(checkpoints)) add(deployment, ...movesOf(deployment));
  for (const { seenAt, version, pointed, incidentId, ...one } of observations) {
    add(one, {
      at: seenAt,
      versions: [version],
      is: pointed ? 'moved' : 'found',
      by: `incident ${incidentId}`,
    });
  }
  return [...subjects.values()]
    .map(({ target, function: name, alias }) => ({
      target,
      function: name,
      alias,
      ...standing(inOrder(facts.get(target) ?? []), at),
    }))
    .sort((a, b) => (a.target < b.target ? -1 : 1));
}

/** A deployment, combined from all its checkpoints. */
type Deployment = CheckpointSubject & Pick<CheckpointRecord, 'shiftingSince' | 'shiftedAt'>;

function deploymentsOf(checkpoints: readonly CheckpointRecord[]): Deployment[] {
  const found = new Map<string, Deployment>();
  for (const checkpoint of checkpoints) {
    found.set(checkpoint.deploymentId, {
      ...checkpoint,
      ...times(found.get(checkpoint.deploymentId)),
      ...times(checkpoint),
    });
  }
  return [...found.values()];
}

function times(one: Pick<CheckpointRecord, 'shiftingSince' | 'shiftedAt'> | undefined) {
  return {
    ...(one?.shiftingSince && { shiftingSince: one.shiftingSince }),
    ...(one?.shiftedAt && { shiftedAt: one.shiftedAt }),
  };
}

function movesOf({
  deploymentId,
  kind,
  fromVersion,
  toVersion,
  shiftingSince,
  shiftedAt,
}: Deployment): Fact[] {
  const by = `deployment ${deploymentId}`;
  if (shiftingSince === undefined) return [];
  const moves: Fact[] = [];
  // CodeDeploy refuses a deployment whose alias is not on the version it is to start from, unless the deployment is a
  // rollback.
  if (kind === 'release') moves.push({ at: shiftingSince, versions: [fromVersion], is: 'was', by });
  if (shiftedAt !== shiftingSince) {
    moves.push({ at: shiftingSince, versions: [fromVersion, toVersion], is: 'moved', by });
  }
  if (shiftedAt !== undefined) moves.push({ at: shiftedAt, versions: [toVersion], is: 'moved', by });
  return moves;
}

const order = { was: 0, moved: 1, found: 2 } as const;

function inOrder(facts: readonly Fact[]): Fact[] {
  return [...facts].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : order[a.is] - order[b.is]));
}

function standing(facts: readonly Fact[], at: string): Omit<AliasAt, 'target' | 'function' | 'alias'> {
  const [next] = facts.filter((fact) => fact.at > at);
  let current: Fact | undefined;
  let confirmedAt = '';
  for (const fact of facts) {
    // A state until a moment does not hold from that moment on.
    if (fact.at > at || fact.is === 'was') continue;
    if (!current || !same(current.versions, fact.versions)) current = fact;
    confirmedAt = fact.at;
  }
  if (!current) {
    const versions = next && next.is !== 'moved' ? next.versions : [];
    const by = next?.by ?? 'nothing recorded';
    return { versions, certainty: 'inferred', since: null, until: next?.at ?? null, by };
  }
  const { versions, is, at: since, by } = current;
  const other = facts.find((fact) => fact.at > at && !same(fact.versions, versions));
  const until = other?.at ?? null;
  if (other && other === next && other.is !== 'moved') {
    return { versions, certainty: 'between', since: confirmedAt, until, orVersions: other.versions, by };
  }
  return { versions, certainty: is === 'moved' ? 'recorded' : 'seen', since, until, by };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((version) => other.includes(version));
}
