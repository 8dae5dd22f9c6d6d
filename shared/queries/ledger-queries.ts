import type { CatalogStore } from '../catalog/catalog-store.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import { InvalidInput } from '../errors.ts';
import { attemptOf } from '../incident/lock-owner.ts';
import type { ApprovalLedger } from '../ledger/approval-ledger.ts';
import type { CheckpointLedger, Span } from '../ledger/checkpoint-ledger.ts';
import type { CheckpointRecord } from '../ledger/checkpoint-records.ts';
import type { HoldLedger, HoldRecord } from '../ledger/hold-ledger.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import type { LockLedger } from '../ledger/lock-ledger.ts';
import { type IncidentRecord, type ReleaseRecord, releaseIdOf } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import { nearestName } from '../nearest-name.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import { targetName } from '../targets/shapes.ts';
import { type CoordinatorStatus, isWatched, type ServiceStatus, watchedNow } from './coordinator-status.ts';
import { type IncidentNow, incidentNow } from './incident-now.ts';
import { liveAt, type ServiceLiveAt } from './live-at.ts';
import { type HistoryEntry, serviceHistory } from './service-history.ts';
import { type Why, why } from './why.ts';

/** Dependencies of the queries. */
export interface LedgerQueriesDeps {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly checkpoints: CheckpointLedger;
  readonly approvals: ApprovalLedger;
  readonly holds: HoldLedger;
  readonly locks: LockLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/** Services whose records are read in parallel. */
const atOnce = 8;

/** Checkpoints per read: some ten releases of a service with three functions. */
const firstPage = 100;

/** Queries on the ledger's history: live states, events of a service, and reasons. */
export class LedgerQueries {
  readonly #deps: LedgerQueriesDeps;

  constructor(deps: LedgerQueriesDeps) {
    this.#deps = deps;
  }

  /**
   * The live state at a moment: of one service, or of every service of the catalog, by name.
   *
   * @param at ISO 8601
   * @throws InvalidInput for a future moment, or a service that neither catalog nor ledger knows
   */
  async liveAt(at: string, service?: string): Promise<ServiceLiveAt[]> {
    const moment = new Date(at).toISOString();
    if (Date.parse(moment) > this.#deps.now()) throw new InvalidInput(`at: ${at} is still to come`);
    const entries = await this.#entries();
    const names = service === undefined ? [...entries.keys()].sort() : [service];
    const answers: ServiceLiveAt[] = [];
    for (let from = 0; from < names.length; from += atOnce) {
      const some = names.slice(from, from + atOnce);
      answers.push(...(await Promise.all(some.map((name) => this.#liveAt(name, moment, entries)))));
    }
    return answers;
  }

  /** The latest releases of a service, with their deployments and the rollbacks between them, newest first. */
  async history(service: string, limit = 20): Promise<HistoryEntry[]> {
    const { releases, incidents, checkpoints } = this.#deps;
    const found = await releases.list(service, { limit });
    const oldest = found.at(-1);
    if (!oldest) {
      this.#refuseUnknown(service, await this.#entries());
      return [];
    }
    const named = await Promise.all(
      found.flatMap(({ incidentId }) => (incidentId ? [incidents.find(incidentId)] : [])),
    );
    return serviceHistory({
      releases: found,
      incidents: await this.#asNow(named.filter((one): one is IncidentRecord => one !== undefined)),
      checkpoints: await checkpoints.list(service, { from: oldest.startedAt, ascending: true }),
    });
  }

  /**
   * The reasons why a release was rolled back.
   *
   * @param name an incident's id, or a service: then its latest incident
   * @throws InvalidInput if there is no such incident, and none of such a service; for a failed release the message has the
   * reason
   */
  async why(name: string): Promise<Why> {
    const incident = (await this.#deps.incidents.find(name)) ?? (await this.#latestIncident(name));
    const release = await this.#deps.releases.find(incident.releaseId);
    return why({
      incident,
      release,
      approval: await this.#deps.approvals.find(incident),
      plan: await this.#deps.plans.find(incident.incidentId, incident.attempt),
      results: await this.#deps.incidents.serviceResults(incident),
      checkpoints: release ? await this.#checkpointsOf(release) : [],
    });
  }

  /** Everything in progress: each service's live release and watches, open incidents and holds. */
  async status(): Promise<CoordinatorStatus> {
    const names = [...(await this.#entries()).keys()].sort();
    const incidents = await this.incidents();
    const services: ServiceStatus[] = [];
    for (let from = 0; from < names.length; from += atOnce) {
      const some = names.slice(from, from + atOnce);
      services.push(...(await Promise.all(some.map((name) => this.#statusOf(name, incidents.length > 0)))));
    }
    const at = new Date(this.#deps.now()).toISOString();
    return { at, services, incidents, onHold: await this.holds() };
  }

  /**
   * Open incidents, or the latest ones of a service, open or closed; newest first.
   *
   * @throws InvalidInput for a service that neither catalog nor ledger knows
   */
  async incidents(service?: string): Promise<IncidentNow[]> {
    const ids =
      service === undefined ? await this.#deps.incidents.openIncidents() : await this.#named(service);
    const found = await Promise.all(ids.map((id) => this.#deps.incidents.find(id)));
    const shown = found.filter(
      (one): one is IncidentRecord => one !== undefined && (service !== undefined || one.status === 'open'),
    );
    return this.#asNow(shown.sort((a, b) => (a.openedAt < b.openedAt ? 1 : -1)));
  }

  /** All holds in force. */
  async holds(): Promise<HoldRecord[]> {
    return this.#deps.holds.list();
  }

  async #asNow(incidents: readonly IncidentRecord[]): Promise<IncidentNow[]> {
    const { approvals } = this.#deps;
    return Promise.all(incidents.map(async (one) => incidentNow(one, await approvals.find(one))));
  }

  /** Incidents of the latest releases of a service. */
  async #named(service: string): Promise<string[]> {
    const releases = await this.#deps.releases.list(service, { limit: 100 });
    if (releases.length === 0) this.#refuseUnknown(service, await this.#entries());
    return [...new Set(releases.flatMap(({ incidentId }) => incidentId ?? []))];
  }

  async #statusOf(service: string, mayBeLocked: boolean): Promise<ServiceStatus> {
    const { releases, checkpoints, locks } = this.#deps;
    const release = await releases.newestInForce(service);
    const seen =
      release && isWatched(release)
        ? await checkpoints.list(service, { from: firstMade(release), ascending: true })
        : [];
    const owner = mayBeLocked ? (await locks.lockOf(service))?.owner : undefined;
    return {
      service,
      release: release
        ? {
            releaseId: release.releaseId,
            startedAt: release.startedAt,
            verdict: release.verdict,
            ...(release.restores && { restores: release.restores }),
          }
        : null,
      watched: release ? watchedNow(release, seen) : [],
      rolledBackBy: owner === undefined ? null : (attemptOf(owner)?.incidentId ?? owner),
    };
  }

  async #liveAt(
    service: string,
    at: string,
    entries: ReadonlyMap<string, ServiceEntry>,
  ): Promise<ServiceLiveAt> {
    const { checkpoints } = this.#deps;
    const entry = entries.get(service);
    const releases = await this.#begunBy(service, at);
    const before = await this.#decisive(service, at, entry);
    const facts = {
      entry,
      releases,
      checkpoints: [...before, ...(await checkpoints.list(service, after(at)))],
      observations: [
        ...(await checkpoints.observations(service, { until: at, limit: firstPage })),
        ...(await checkpoints.observations(service, after(at))),
      ],
    };
    if (releases.length + facts.checkpoints.length === 0) this.#refuseUnknown(service, entries);
    return liveAt(service, at, facts);
  }

  /**
   * The newest release that had begun and not failed by then: a failed release was rolled back. Ids are to the second, so a
   * release of the same second may be later.
   */
  async #begunBy(service: string, at: string): Promise<ReleaseRecord[]> {
    const nextSecond = new Date(Date.parse(at) + 1000).toISOString();
    const before = releaseIdOf(service, nextSecond);
    for (let limit = 2; ; limit *= 4) {
      const found = await this.#deps.releases.list(service, { before, limit });
      const inForce = found.find(({ startedAt, failed }) => startedAt <= at && !(failed && failed.at <= at));
      if (inForce || found.length < limit) return inForce ? [inForce] : [];
    }
  }

  /** Checkpoints of deployments created by then, back to one that moved each of the service's aliases. */
  async #decisive(service: string, at: string, entry: ServiceEntry | undefined): Promise<CheckpointRecord[]> {
    const aliases = (entry?.targets ?? [])
      .filter(({ kind }) => kind === 'codedeploy')
      .map((target) => targetName(target));
    for (let limit = firstPage; ; limit *= 4) {
      const found = await this.#deps.checkpoints.list(service, { until: at, limit });
      const moved = new Set(
        found.filter(({ shiftingSince = '~' }) => shiftingSince <= at).map(({ target }) => target),
      );
      const isEnough = entry !== undefined && aliases.every((name) => moved.has(name));
      // The last deployment of a page may have more checkpoints on the next.
      if (found.length < limit) return found;
      if (isEnough) return found.filter(({ deploymentId }) => deploymentId !== found.at(-1)?.deploymentId);
    }
  }

  async #checkpointsOf({ service, deployments }: ReleaseRecord): Promise<CheckpointRecord[]> {
    const made = Object.values(deployments)
      .map(({ createdAt }) => createdAt)
      .sort();
    if (made.length === 0) return [];
    return this.#deps.checkpoints.list(service, { from: made[0], until: made.at(-1), ascending: true });
  }

  async #latestIncident(service: string): Promise<IncidentRecord> {
    const releases = await this.#deps.releases.list(service);
    for (const { incidentId } of releases) {
      const incident = incidentId && (await this.#deps.incidents.find(incidentId));
      if (incident) return incident;
    }
    const failed =
      releases.find(({ verdict }) => verdict === 'failed') ?? (await this.#failedRelease(service));
    if (failed?.failed) {
      throw new InvalidInput(
        `incident: release ${failed.releaseId} failed and has no incident: ${failed.failed.reason}`,
      );
    }
    const entries = await this.#entries();
    if (entries.has(service)) throw new InvalidInput(`service: "${service}" never had an incident`);
    const nearest = nearestName(service, [...entries.keys()]);
    throw new InvalidInput(
      `incident: "${service}" is neither an incident nor a service${nearest ? `; did you mean "${nearest}"?` : ''}`,
    );
  }

  /** A release by its id that failed; undefined for any other name. */
  async #failedRelease(name: string): Promise<ReleaseRecord | undefined> {
    const release = await this.#deps.releases.find(name);
    return release?.verdict === 'failed' ? release : undefined;
  }

  #refuseUnknown(service: string, entries: ReadonlyMap<string, ServiceEntry>): void {
    if (entries.has(service)) return;
    const nearest = nearestName(service, [...entries.keys()]);
    throw new InvalidInput(
      `service: neither the catalog nor the ledger knows "${service}"${nearest ? `; did you mean "${nearest}"?` : ''}`,
    );
  }

  async #entries(): Promise<ReadonlyMap<string, ServiceEntry>> {
    return new Map(Object.entries((await this.#deps.catalog.read()).services));
  }
}

/** Creation of the first deployment of a release, ISO 8601. */
function firstMade({ startedAt, deployments }: ReleaseRecord): string {
  const made = Object.values(deployments).map(({ createdAt }) => createdAt);
  return [startedAt, ...made].sort()[0] ?? startedAt;
}

/** Span from a moment on, as long as is needed to find the next event. */
function after(at: string): Span {
  return { from: at, limit: firstPage, ascending: true };
}
