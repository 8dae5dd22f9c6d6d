import type { CatalogStore } from '../catalog/catalog-store.ts';
import { nearestName } from '../catalog/compiled-catalog.ts';
import type { ServiceEntry } from '../catalog/service-entry.ts';
import { InvalidInput } from '../errors.ts';
import type { CheckpointLedger, Span } from '../ledger/checkpoint-ledger.ts';
import type { CheckpointRecord } from '../ledger/checkpoint-records.ts';
import type { IncidentLedger } from '../ledger/incident-ledger.ts';
import { type IncidentRecord, type ReleaseRecord, releaseIdOf } from '../ledger/records.ts';
import type { ReleaseLedger } from '../ledger/release-ledger.ts';
import type { PlanStore } from '../targets/plan-store.ts';
import { targetName } from '../targets/shapes.ts';
import { liveAt, type ServiceLiveAt } from './live-at.ts';
import { type HistoryEntry, serviceHistory } from './service-history.ts';
import { type Why, why } from './why.ts';

/** What queries read. */
export interface LedgerQueriesDeps {
  readonly catalog: CatalogStore;
  readonly releases: ReleaseLedger;
  readonly incidents: IncidentLedger;
  readonly checkpoints: CheckpointLedger;
  readonly plans: PlanStore;
  readonly now: () => number;
}

/** Services whose records are read side by side. */
const atOnce = 8;

/** Checkpoints read in one go: some ten releases of a service with three functions. */
const firstPage = 100;

/** The ledger's history, asked for: what was live when, what happened to a service, and why. */
export class LedgerQueries {
  readonly #deps: LedgerQueriesDeps;

  constructor(deps: LedgerQueriesDeps) {
    this.#deps = deps;
  }

  /**
   * What was live at a moment: of one service, or of every service of the catalog, by name.
   *
   * @param at ISO 8601
   * @throws InvalidInput for a moment to come, or a service that neither catalog nor ledger knows
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
      incidents: named.filter((one): one is IncidentRecord => one !== undefined),
      checkpoints: await checkpoints.list(service, { from: oldest.startedAt, ascending: true }),
    });
  }

  /**
   * Why a release was rolled back.
   *
   * @param name an incident's id, or a service: then its latest incident
   * @throws InvalidInput where there is no such incident, and none of such a service
   */
  async why(name: string): Promise<Why> {
    const incident = (await this.#deps.incidents.find(name)) ?? (await this.#latestIncident(name));
    const release = await this.#deps.releases.find(incident.releaseId);
    return why({
      incident,
      release,
      plan: await this.#deps.plans.find(incident.incidentId, incident.attempt),
      results: await this.#deps.incidents.serviceResults(incident),
      checkpoints: release ? await this.#checkpointsOf(release) : [],
    });
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
      sightings: [
        ...(await checkpoints.sightings(service, { until: at, limit: firstPage })),
        ...(await checkpoints.sightings(service, after(at))),
      ],
    };
    if (releases.length + facts.checkpoints.length === 0) this.#refuseUnknown(service, entries);
    return liveAt(service, at, facts);
  }

  /** The newest release that had begun; ids are to the second, so that one of the same second may be later. */
  async #begunBy(service: string, at: string): Promise<ReleaseRecord[]> {
    const nextSecond = new Date(Date.parse(at) + 1000).toISOString();
    const found = await this.#deps.releases.list(service, {
      before: releaseIdOf(service, nextSecond),
      limit: 2,
    });
    return found.filter(({ startedAt }) => startedAt <= at).slice(0, 1);
  }

  /** Checkpoints of deployments made by then, back to one that moved each of the service's aliases. */
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
      // The last one of a page may have more checkpoints on the next.
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
    for (const { incidentId } of await this.#deps.releases.list(service)) {
      const incident = incidentId && (await this.#deps.incidents.find(incidentId));
      if (incident) return incident;
    }
    const entries = await this.#entries();
    if (entries.has(service)) throw new InvalidInput(`service: "${service}" never had an incident`);
    const nearest = nearestName(service, [...entries.keys()]);
    throw new InvalidInput(
      `incident: "${service}" is neither an incident nor a service${nearest ? `; did you mean "${nearest}"?` : ''}`,
    );
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

/** From a moment on, as far as is needed to know what came next. */
function after(at: string): Span {
  return { from: at, limit: firstPage, ascending: true };
}
