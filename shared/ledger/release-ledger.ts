import { LedgerCorrupt } from '../errors.ts';
import type { TargetSnapshot } from '../targets/shapes.ts';
import type { Key, LedgerTable } from './ledger-table.ts';
import {
  type DeploymentRecord,
  deploymentRecord,
  type ReleaseRecord,
  releaseRecord,
  type SettledAs,
  serviceOfRelease,
  type WatchedDeployment,
} from './records.ts';

/** What was live when, and what became of it. */
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

  /** Opens a release unless it is there already; answers whether this call opened it. */
  async open(release: ReleaseRecord): Promise<boolean> {
    return this.#table.put(releaseKey(release.releaseId), release, { onlyIfNew: true });
  }

  /** Adds a deployment to its release; a deployment that is there already is left as it is. */
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

  /** Records how watching a deployment ended; the first record of it stands. */
  async settleDeployment(
    releaseId: string,
    deploymentId: string,
    settled: NonNullable<WatchedDeployment['settled']>,
  ): Promise<void> {
    await this.#table.update(
      releaseKey(releaseId),
      {
        expression: 'SET #deployments.#id.#settled = :settled',
        names: { '#deployments': 'deployments', '#id': deploymentId, '#settled': 'settled' },
        values: { ':settled': settled },
      },
      {
        expression: 'attribute_exists(#deployments.#id) AND attribute_not_exists(#deployments.#id.#settled)',
      },
    );
  }

  /** Records what is live of a release that is not bad, and when that was read; the first record of it stands. */
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

  /** Records how watching a release that came without a deployment ended; the first record of it stands. */
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
   * Marks a candidate good with what was live; the first record of either stands. Answers false where an incident
   * has named it bad, or takes it back with another service.
   *
   * @param statedGood the person who says so, where no judge did
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
        expression: '#verdict = :candidate AND attribute_not_exists(#undone)',
        names: { '#undone': 'undoneBy' },
        values: { ':candidate': 'candidate' },
      },
    );
    // A try whose answer was lost, or a sibling, may have been first.
    return marked || (await this.find(releaseId))?.verdict === 'good';
  }

  /** Marks a candidate good whose state is recorded already; leaves every other release as it is. */
  async confirm(releaseId: string): Promise<void> {
    await this.#table.update(
      releaseKey(releaseId),
      { expression: 'SET #verdict = :good', names: { '#verdict': 'verdict' }, values: { ':good': 'good' } },
      {
        expression: '#verdict = :candidate AND attribute_exists(#snapshot)',
        names: { '#snapshot': 'snapshot' },
        values: { ':candidate': 'candidate' },
      },
    );
  }

  /** Marks a release bad, for ever, by the incident that names it. */
  async markBad(releaseId: string, incidentId: string): Promise<void> {
    await this.#table.update(releaseKey(releaseId), {
      expression: 'SET #verdict = :bad, #incident = :incident',
      names: { '#verdict': 'verdict', '#incident': 'incidentId' },
      values: { ':bad': 'bad', ':incident': incidentId },
    });
  }

  /** Notes that an incident of another service takes a release back; the first one that does stands. */
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

  /** Records which release a deployment belongs to, or what it rolls back; the first record stands. */
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
