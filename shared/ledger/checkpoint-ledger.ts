import type { Judgement, JudgementVerdict } from '../judge/judgement.ts';
import {
  type AliasObservation,
  aliasObservation,
  type CheckpointPhase,
  type CheckpointRecord,
  type CheckpointSubject,
  checkpointPhase,
  checkpointRecord,
} from './checkpoint-records.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

/** A span of a service's records: times are ISO 8601, both ends included. */
export interface Span {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: number | undefined;
  /** Oldest first; newest first without it. */
  readonly ascending?: boolean | undefined;
}

/**
 * The phases of every watched deployment with their times, and sightings of aliases that no deployment moved.
 *
 * A checkpoint's key consists of the deployment, the phase and the verdict, without a clock of ours: a retried step finds
 * its record and leaves it.
 */
export class CheckpointLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Records that a deployment reached a phase, or a verdict in it; the first record stands. */
  async record(checkpoint: CheckpointRecord): Promise<boolean> {
    return this.#table.put(checkpointKey(checkpoint), checkpoint, { onlyIfNew: true });
  }

  /** The judgement by which a deployment of a release first got a verdict; undefined if it never did. */
  async judgementOf(
    deployment: CheckpointSubject,
    verdict: JudgementVerdict,
  ): Promise<Judgement | undefined> {
    const key = checkpointKey({ ...deployment, phase: 'health-validation', verdict });
    const found = await this.#table.get(key, checkpointRecord);
    if (!found || found.releaseId !== deployment.releaseId) return undefined;
    const { evidence, reason = evidence.find(({ finding }) => finding === 'breach')?.detail } = found;
    return { verdict, reason: reason ?? `the judge found it ${verdict}`, evidence };
  }

  /** Checkpoints of the service's deployments in a span. */
  async list(service: string, span: Span = {}): Promise<CheckpointRecord[]> {
    return this.#table.span(`SERVICE#${service}`, 'CHECKPOINT#', span, checkpointRecord);
  }

  /** Records the version of an alias. */
  async observe(observation: AliasObservation): Promise<void> {
    const { service, target, seenAt } = observation;
    await this.#table.put({ pk: `SERVICE#${service}`, sk: `OBSERVATION#${seenAt}#${target}` }, observation);
  }

  /** Records that the coordinator has just pointed an alias at a version. */
  async recordPointed(
    { service, incidentId }: Pick<AliasObservation, 'service' | 'incidentId'>,
    alias: Pick<AliasObservation, 'target' | 'function' | 'alias'> & { readonly toVersion: string },
    now: number,
  ): Promise<void> {
    await this.observe({
      service,
      target: alias.target,
      function: alias.function,
      alias: alias.alias,
      version: alias.toVersion,
      seenAt: new Date(now).toISOString(),
      pointed: true,
      incidentId,
    });
  }

  /** Observations of the service's aliases in a span. */
  async observations(service: string, span: Span = {}): Promise<AliasObservation[]> {
    return this.#table.span(`SERVICE#${service}`, 'OBSERVATION#', span, aliasObservation);
  }
}

function checkpointKey({
  service,
  createdAt,
  deploymentId,
  phase,
  verdict,
}: Pick<CheckpointRecord, 'service' | 'createdAt' | 'deploymentId' | 'phase' | 'verdict'>): Key {
  const step = `${phaseNumber(phase)}-${phase}${phase === 'health-validation' ? `-${verdict}` : ''}`;
  return { pk: `SERVICE#${service}`, sk: `CHECKPOINT#${createdAt}#${deploymentId}#${step}` };
}

function phaseNumber(phase: CheckpointPhase): number {
  return checkpointPhase.options.indexOf(phase) + 1;
}
