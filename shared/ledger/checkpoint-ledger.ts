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

/** A span of a service's records: times are ISO 8601, both ends belong to it. */
export interface Span {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly limit?: number | undefined;
  /** Oldest first; newest first without it. */
  readonly ascending?: boolean | undefined;
}

/**
 * Where every watched deployment stood when, and where aliases were seen that no deployment moved.
 *
 * A checkpoint's key is made of the deployment, the phase and the verdict, and of no clock of ours: a step that is
 * tried again finds its record there and leaves it.
 */
export class CheckpointLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Records that a deployment came to a phase, or to a verdict in it; the first record of it stands. */
  async record(checkpoint: CheckpointRecord): Promise<boolean> {
    return this.#table.put(checkpointKey(checkpoint), checkpoint, { onlyIfNew: true });
  }

  /** The judgement with which a deployment of a release was first found to have a verdict; undefined where it never was. */
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

  /** Checkpoints of the service's deployments that were made in a span. */
  async list(service: string, span: Span = {}): Promise<CheckpointRecord[]> {
    return this.#table.span(`SERVICE#${service}`, 'CHECKPOINT#', span, checkpointRecord);
  }

  /** Records where an alias was seen. */
  async observe(observation: AliasObservation): Promise<void> {
    const { service, target, seenAt } = observation;
    await this.#table.put({ pk: `SERVICE#${service}`, sk: `OBSERVATION#${seenAt}#${target}` }, observation);
  }

  /** Records that the coordinator pointed an alias at a version just now. */
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
