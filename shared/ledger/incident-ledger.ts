import * as z from 'zod';
import { LedgerCorrupt, LockLost } from '../errors.ts';
import type { Key, LedgerTable } from './ledger-table.ts';
import {
  type ConcurrentReleaseRecord,
  concurrentReleaseRecord,
  type IncidentRecord,
  incidentRecord,
  type Outcome,
  type ServiceResult,
  serviceResult,
} from './records.ts';

const incidentPointer = z.strictObject({ incidentId: z.string() });

/** Partition of the list of open incidents: a handful at any time, so that one partition is enough. */
const openList = 'OPEN-INCIDENTS';

/** One attempt of an incident. */
export type Attempt = Pick<IncidentRecord, 'incidentId' | 'attempt'>;

/** Incidents, and their results. */
export class IncidentLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  async find(incidentId: string): Promise<IncidentRecord | undefined> {
    return this.#table.get(incidentKey(incidentId), incidentRecord);
  }

  /** @throws LedgerCorrupt when there is no such incident */
  async get(incidentId: string): Promise<IncidentRecord> {
    const incident = await this.find(incidentId);
    if (!incident) throw new LedgerCorrupt(`Incident ${incidentId} is not in the ledger.`);
    return incident;
  }

  /**
   * The incident, for a step of one of its attempts: an execution that was stopped and then redriven may go on although its
   * incident was ended meanwhile.
   *
   * @throws LockLost when it is closed, or at another attempt
   */
  async getAt({ incidentId, attempt }: Attempt): Promise<IncidentRecord> {
    const incident = await this.get(incidentId);
    if (incident.status === 'open' && incident.attempt === attempt) return incident;
    const is = incident.status === 'open' ? `at attempt ${incident.attempt}` : 'closed';
    throw new LockLost(
      `Incident ${incidentId} is ${is}, so attempt ${attempt} of it changes nothing any more.`,
    );
  }

  /** Opens an incident; false if the release has one already. */
  async open(incident: IncidentRecord): Promise<boolean> {
    await this.#listAsOpen(incident.incidentId);
    return this.#table.put(incidentKey(incident.incidentId), incident, { onlyIfNew: true });
  }

  /** Reopens a closed incident for another attempt; false if it is no longer closed. */
  async reopen(incident: IncidentRecord): Promise<boolean> {
    const { incidentId } = incident;
    await this.#listAsOpen(incidentId);
    const reopened = await this.#reopen(incident);
    // A concurrent sweep that found it closed may have removed it from the list.
    if (reopened) await this.#listAsOpen(incidentId);
    return reopened;
  }

  async #reopen(incident: IncidentRecord): Promise<boolean> {
    return this.#table.update(
      incidentKey(incident.incidentId),
      {
        expression:
          'SET #status = :open, #attempt = :attempt, #execution = :execution, #by = :by REMOVE #outcome, #closedAt',
        names: {
          '#status': 'status',
          '#attempt': 'attempt',
          '#execution': 'executionArn',
          '#by': 'requestedBy',
          '#outcome': 'outcome',
          '#closedAt': 'closedAt',
        },
        values: {
          ':open': 'open',
          ':attempt': incident.attempt + 1,
          ':execution': incident.executionArn,
          ':by': incident.requestedBy ?? 'a person',
        },
      },
      {
        expression: '#status = :closed AND #attempt = :before',
        values: { ':closed': 'closed', ':before': incident.attempt },
      },
    );
  }

  /** Begins the next attempt of an open incident within its execution; false if it is not at this attempt. */
  async nextAttempt({ incidentId, attempt }: Attempt, executionArn: string): Promise<boolean> {
    return this.#table.update(
      incidentKey(incidentId),
      {
        expression: 'SET #attempt = :next',
        names: { '#attempt': 'attempt', '#status': 'status', '#execution': 'executionArn' },
        values: { ':next': attempt + 1 },
      },
      {
        expression: '#status = :open AND #execution = :execution AND #attempt = :attempt',
        values: { ':open': 'open', ':execution': executionArn, ':attempt': attempt },
      },
    );
  }

  /** Closes an open incident of one execution; false if it is closed, or belongs to another attempt. */
  async close(
    incidentId: string,
    executionArn: string,
    outcome: Outcome,
    closedAt: string,
    leftOnPurpose: readonly string[] = [],
  ): Promise<boolean> {
    const isLeft = leftOnPurpose.length > 0;
    const closing = 'SET #status = :closed, #outcome = :outcome, #closedAt = :closedAt';
    return this.#table.update(
      incidentKey(incidentId),
      {
        // An earlier attempt may have recorded some.
        expression: `${closing}${isLeft ? ', #left = :left' : ' REMOVE #left'}`,
        names: {
          '#left': 'leftOnPurpose',
          '#status': 'status',
          '#outcome': 'outcome',
          '#closedAt': 'closedAt',
          '#execution': 'executionArn',
        },
        values: {
          ':closed': 'closed',
          ':outcome': outcome,
          ':closedAt': closedAt,
          ...(isLeft && { ':left': leftOnPurpose }),
        },
      },
      {
        expression: '#status = :open AND #execution = :execution',
        values: { ':open': 'open', ':execution': executionArn },
      },
    );
  }

  /** Ids of all incidents that may be open: listed before they are opened, removed after they are closed. */
  async openIncidents(): Promise<string[]> {
    const pointers = await this.#table.query(openList, 'INCIDENT#', incidentPointer);
    return pointers.map(({ incidentId }) => incidentId);
  }

  /** Removes a closed incident from the list of open ones. */
  async removeFromOpen(incidentId: string): Promise<void> {
    await this.#table.delete(
      { pk: openList, sk: `INCIDENT#${incidentId}` },
      { expression: 'attribute_exists(pk)' },
    );
  }

  async #listAsOpen(incidentId: string): Promise<void> {
    await this.#table.put({ pk: openList, sk: `INCIDENT#${incidentId}` }, { incidentId });
  }

  /** Records the incident of an execution, for the case that the execution is stopped from outside. */
  async pointExecution(executionArn: string, incidentId: string): Promise<void> {
    await this.#table.put({ pk: `EXECUTION#${executionArn}`, sk: 'EXECUTION' }, { incidentId });
  }

  async incidentOfExecution(executionArn: string): Promise<string | undefined> {
    const pointer = await this.#table.get(
      { pk: `EXECUTION#${executionArn}`, sk: 'EXECUTION' },
      incidentPointer,
    );
    return pointer?.incidentId;
  }

  async putServiceResult(result: ServiceResult): Promise<void> {
    await this.#table.put({ pk: `INCIDENT#${result.incidentId}`, sk: `SERVICE#${result.service}` }, result);
  }

  /** Records that a restored service was released over since; false if it was not restored, or was recorded so already. */
  async markOvertaken({ incidentId, attempt }: Attempt, service: string): Promise<boolean> {
    return this.#table.update(
      { pk: `INCIDENT#${incidentId}`, sk: `SERVICE#${service}` },
      {
        expression: 'SET #status = :overtaken',
        names: { '#status': 'status', '#attempt': 'attempt' },
        values: { ':overtaken': 'superseded' satisfies ServiceResult['status'] },
      },
      {
        expression: '#status IN (:back, :traffic) AND #attempt = :attempt',
        values: {
          ':back': 'rolled-back' satisfies ServiceResult['status'],
          ':traffic': 'traffic-restored' satisfies ServiceResult['status'],
          ':attempt': attempt,
        },
      },
    );
  }

  /** The result of one service in one attempt; undefined while it is at work, or waits. */
  async serviceResult({ incidentId, attempt }: Attempt, service: string): Promise<ServiceResult | undefined> {
    const key = { pk: `INCIDENT#${incidentId}`, sk: `SERVICE#${service}` };
    const result = await this.#table.get(key, serviceResult);
    return result?.attempt === attempt ? result : undefined;
  }

  /** The results of the services in one attempt; a later attempt's result replaces an earlier one's. */
  async serviceResults({ incidentId, attempt }: Attempt): Promise<ServiceResult[]> {
    const results = await this.#table.query(`INCIDENT#${incidentId}`, 'SERVICE#', serviceResult);
    return results.filter((result) => result.attempt === attempt);
  }

  /** Records a release that came in while the incident held its service; the first record stands. */
  async addConcurrentRelease(concurrentRelease: ConcurrentReleaseRecord): Promise<void> {
    const key = {
      pk: `INCIDENT#${concurrentRelease.incidentId}`,
      sk: `CONCURRENT#${concurrentRelease.deploymentId ?? concurrentRelease.releaseId}`,
    };
    await this.#table.put(key, concurrentRelease, { onlyIfNew: true });
  }

  async concurrentReleases(incidentId: string): Promise<ConcurrentReleaseRecord[]> {
    return this.#table.query(`INCIDENT#${incidentId}`, 'CONCURRENT#', concurrentReleaseRecord);
  }

  /**
   * Services of an attempt that somebody released over, and whose release was not stopped: the rest of the attempt is
   * planned again.
   */
  async overtaken({ incidentId, attempt }: Attempt): Promise<string[]> {
    const concurrentReleases = await this.concurrentReleases(incidentId);
    return concurrentReleases.flatMap((one) =>
      one.attempt === attempt && one.result === 'completed' ? one.service : [],
    );
  }
}

function incidentKey(incidentId: string): Key {
  return { pk: `INCIDENT#${incidentId}`, sk: 'INCIDENT' };
}
