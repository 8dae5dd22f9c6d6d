import { LedgerCorrupt } from '../errors.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import type { Key, LedgerTable } from './ledger-table.ts';
import {
  type DeploymentRecord,
  deploymentRecord,
  isRestorePoint,
  type MovedAlias,
  type ReleaseRecord,
  releaseRecord,
  type SettledAs,
  serviceOfRelease,
  type WatchedDeployment,
} from './records.ts';

/** Releases of the services, with their verdicts. */
export class ReleaseLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  async find(releaseId: string): Promise<ReleaseRecord | undefined> {
    return this.#table.get(releaseKey(releaseId), releaseRecord);
  }

  /** @throws LedgerCorrupt when there is no such release */
  async get(releaseId: string): Promise<ReleaseRecord> {
    const release = await this.find(releaseId);
    if (!release) throw new LedgerCorrupt(`Release ${releaseId} is not in the ledger.`);
    return release;
  }

  /** The releases of a service, newest first; with `before`, only those that began before that release. */
  async list(service: string, options: { before?: string; limit?: number } = {}): Promise<ReleaseRecord[]> {
    const { before, limit } = options;
    const releases = await this.#table.query(`SERVICE#${service}`, 'RELEASE#', releaseRecord, {
      ...(before && { before: releaseKey(before).sk }),
      // BETWEEN includes its upper end, which is the release itself.
      ...(limit && { limit: before ? limit + 1 : limit }),
    });
    return releases.filter(({ releaseId }) => releaseId !== before).slice(0, limit);
  }

  /**
   * The newest release of a service that did not fail: a failed release was rolled back, and the one before it is live
   * again.
   */
  async newestInForce(service: string): Promise<ReleaseRecord | undefined> {
    const [newest] = await this.list(service, { limit: 1 });
    if (newest?.verdict !== 'failed') return newest;
    return (await this.list(service, { before: newest.releaseId })).find(
      ({ verdict }) => verdict !== 'failed',
    );
  }

  /** Opens a release unless it exists already; returns whether this call opened it. */
  async open(release: ReleaseRecord): Promise<boolean> {
    return this.#table.put(releaseKey(release.releaseId), release, { onlyIfNew: true });
  }

  /** Adds a deployment to its release; an existing one is left as it is. */
  async addDeployment(releaseId: string, deployment: WatchedDeployment): Promise<boolean> {
    return this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #deployments.#id = :deployment',
        names: { '#deployments': 'deployments', '#id': deployment.deploymentId },
        values: { ':deployment': deployment },
      },
      { expression: 'attribute_not_exists(#deployments.#id)' },
    );
  }

  /** Records the first traffic to a deployment, null if it ended without any; the first record stands. */
  async recordTraffic(releaseId: string, deploymentId: string, servedFrom: string | null): Promise<void> {
    await this.#writeOnce(releaseId, ['deployments', deploymentId], 'servedFrom', servedFrom);
  }

  /** Records when a deployment was first seen to serve well, or when that was first doubted; the first record of each stands. */
  async recordStanding(
    releaseId: string,
    deploymentId: string,
    standing: 'servesWellSince' | 'doubtedSince',
    at: string,
  ): Promise<void> {
    await this.#writeOnce(releaseId, ['deployments', deploymentId], standing, at);
  }

  /** Records the end of a deployment's watch; the first record stands. */
  async settleDeployment(
    releaseId: string,
    deploymentId: string,
    settled: NonNullable<WatchedDeployment['settled']>,
  ): Promise<void> {
    await this.#writeOnce(releaseId, ['deployments', deploymentId], 'settled', settled);
  }

  /** Adds aliases that a release moved without a deployment; existing ones are left as they are. */
  async addMoved(releaseId: string, moved: readonly MovedAlias[]): Promise<void> {
    if (moved.length === 0) return;
    const key = releaseKey(releaseId);
    await this.#table.update(key, {
      expression: 'SET #moved = if_not_exists(#moved, :none)',
      names: { '#moved': 'moved' },
      values: { ':none': {} },
    });
    for (const alias of moved) {
      await this.#table.update(key, {
        expression: 'SET #moved.#target = if_not_exists(#moved.#target, :alias)',
        names: { '#moved': 'moved', '#target': alias.target },
        values: { ':alias': alias },
      });
    }
  }

  /** Records the end of the watch of an alias that a release moved without a deployment; the first record stands. */
  async settleMoved(releaseId: string, target: string, settled: SettledAs): Promise<void> {
    await this.#writeOnce(releaseId, ['moved', target], 'settled', settled);
  }

  /** Writes a field of a deployment or a moved alias that the release has; an existing field stays as it is. */
  async #writeOnce(
    releaseId: string,
    [map, id]: readonly ['deployments' | 'moved', string],
    field: string,
    value: unknown,
  ): Promise<void> {
    await this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #map.#id.#field = :value',
        names: { '#map': map, '#id': id, '#field': field },
        values: { ':value': value },
      },
      { expression: 'attribute_exists(#map.#id) AND attribute_not_exists(#map.#id.#field)' },
    );
  }

  /** Records that all moves of a release's stack update are known; the first record stands. */
  async markCompared(releaseId: string, at: string): Promise<void> {
    await this.#table.update(releaseKey(releaseId), {
      expression: 'SET #compared = if_not_exists(#compared, :at)',
      names: { '#compared': 'comparedAt' },
      values: { ':at': at },
    });
  }

  /** Records the live state of a release that is not bad, and the time of reading; the first record stands. */
  async addSnapshot(
    releaseId: string,
    snapshot: readonly TargetSnapshot[],
    recordedAt: string,
  ): Promise<boolean> {
    return this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #snapshot = :snapshot, #recordedAt = :recordedAt',
        names: { '#snapshot': 'snapshot', '#recordedAt': 'recordedAt' },
        values: { ':snapshot': snapshot, ':recordedAt': recordedAt },
      },
      {
        expression: '#verdict <> :bad AND attribute_not_exists(#snapshot)',
        names: { '#verdict': 'verdict' },
        values: { ':bad': 'bad' },
      },
    );
  }

  /** Records why a release that came without a deployment has to go back; the first record stands. */
  async recordFoundBad(releaseId: string, foundBad: NonNullable<ReleaseRecord['foundBad']>): Promise<void> {
    await this.#table.update(releaseKey(releaseId), {
      expression: 'SET #found = if_not_exists(#found, :found)',
      names: { '#found': 'foundBad' },
      values: { ':found': foundBad },
    });
  }

  /** Records the end of the watch of a release that came without a deployment; the first record stands. */
  async settle(releaseId: string, settled: SettledAs): Promise<void> {
    await this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #settled = :settled',
        names: { '#settled': 'settled' },
        values: { ':settled': settled },
      },
      { expression: 'attribute_not_exists(#settled)' },
    );
  }

  /**
   * Marks a candidate whose state is recorded as one that served well. Returns whether it is a restore point now: not if an
   * incident has condemned it, or undoes it with another service.
   */
  async markServedWell(releaseId: string): Promise<boolean> {
    const marked = await this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #verdict = :served',
        names: { '#verdict': 'verdict' },
        values: { ':served': 'served-well' },
      },
      {
        expression: '#verdict = :candidate AND attribute_exists(#snapshot) AND attribute_not_exists(#undone)',
        names: { '#snapshot': 'snapshot', '#undone': 'undoneBy' },
        values: { ':candidate': 'candidate' },
      },
    );
    const release = marked ? undefined : await this.find(releaseId);
    return marked || (release !== undefined && isRestorePoint(release));
  }

  /**
   * Marks a candidate, or a release that served well, as good with its live state; the first record of either stands.
   * Returns false if an incident has condemned it, or undoes it with another service.
   *
   * @param statedGood the person who declared it good, if no judge did
   */
  async markGood(
    releaseId: string,
    snapshot: readonly TargetSnapshot[],
    statedGood?: ReleaseRecord['statedGood'],
  ): Promise<boolean> {
    const marked = await this.#table.update(
      releaseKey(releaseId),
      {
        expression: `SET #verdict = :good, #snapshot = if_not_exists(#snapshot, :snapshot)${
          statedGood ? ', #stated = :stated' : ''
        }`,
        names: {
          '#verdict': 'verdict',
          '#snapshot': 'snapshot',
          ...(statedGood && { '#stated': 'statedGood' }),
        },
        values: { ':good': 'good', ':snapshot': snapshot, ...(statedGood && { ':stated': statedGood }) },
      },
      {
        expression: '(#verdict = :candidate OR #verdict = :served) AND attribute_not_exists(#undone)',
        names: { '#undone': 'undoneBy' },
        values: { ':candidate': 'candidate', ':served': 'served-well' },
      },
    );
    // An earlier try whose answer was lost, or a sibling, may have been first.
    return marked || (await this.find(releaseId))?.verdict === 'good';
  }

  /**
   * Marks a candidate, or a release that served well, as good if its state is recorded already; leaves every other as it is.
   */
  async confirm(releaseId: string): Promise<void> {
    await this.#table.update(
      releaseKey(releaseId),
      { expression: 'SET #verdict = :good', names: { '#verdict': 'verdict' }, values: { ':good': 'good' } },
      {
        expression: '(#verdict = :candidate OR #verdict = :served) AND attribute_exists(#snapshot)',
        names: { '#snapshot': 'snapshot' },
        values: { ':candidate': 'candidate', ':served': 'served-well' },
      },
    );
  }

  /**
   * Marks a candidate failed: its deployment ended for a reason that says nothing about its code. Leaves every other release
   * as it is; returns whether it is failed now.
   */
  async markFailed(releaseId: string, failed: NonNullable<ReleaseRecord['failed']>): Promise<boolean> {
    const marked = await this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #verdict = :verdict, #failed = :failed',
        names: { '#verdict': 'verdict', '#failed': 'failed' },
        values: { ':verdict': 'failed', ':failed': failed },
      },
      {
        expression: '#verdict = :candidate AND attribute_not_exists(#undone)',
        names: { '#undone': 'undoneBy' },
        values: { ':candidate': 'candidate' },
      },
    );
    // An earlier try whose answer was lost, or a sibling, may have been first.
    return marked || (await this.find(releaseId))?.verdict === 'failed';
  }

  /**
   * Marks a release bad, for ever, with the incident that condemns it.
   *
   * @param badBy its deployment that was found bad, if there is one; the first record stands
   */
  async markBad(releaseId: string, incidentId: string, badBy?: string): Promise<void> {
    await this.#table.update(releaseKey(releaseId), {
      expression: `SET #verdict = :bad, #incident = :incident${
        badBy === undefined ? '' : ', #badBy = if_not_exists(#badBy, :badBy)'
      }`,
      names: {
        '#verdict': 'verdict',
        '#incident': 'incidentId',
        ...(badBy !== undefined && { '#badBy': 'badBy' }),
      },
      values: { ':bad': 'bad', ':incident': incidentId, ...(badBy !== undefined && { ':badBy': badBy }) },
    });
  }

  /** Records that an incident of another service undoes a release; the first record stands. */
  async markUndone(releaseId: string, incidentId: string): Promise<void> {
    await this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #undone = :incident',
        names: { '#undone': 'undoneBy' },
        values: { ':incident': incidentId },
      },
      { expression: 'attribute_not_exists(#undone)' },
    );
  }

  async deployment(deploymentId: string): Promise<DeploymentRecord | undefined> {
    return this.#table.get(deploymentKey(deploymentId), deploymentRecord);
  }

  /** Records the release of a deployment, or the deployment that it rolls back; the first record stands. */
  async recordDeployment(deployment: DeploymentRecord): Promise<boolean> {
    return this.#table.put(deploymentKey(deployment.deploymentId), deployment, { onlyIfNew: true });
  }
}

/** Key of the record of a release. */
export function releaseKey(releaseId: string): Key {
  const service = serviceOfRelease(releaseId);
  return { pk: `SERVICE#${service}`, sk: `RELEASE#${releaseId.slice(service.length + 1)}` };
}

function deploymentKey(deploymentId: string): Key {
  return { pk: `DEPLOYMENT#${deploymentId}`, sk: 'DEPLOYMENT' };
}
