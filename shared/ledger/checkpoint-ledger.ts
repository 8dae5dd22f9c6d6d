import {
  type AliasSighting,
  aliasSighting,
  type CheckpointPhase,
  type CheckpointRecord,
  checkpointPhase,
  checkpointRecord,
} from './checkpoint-records.ts';
import type { LedgerTable } from './ledger-table.ts';

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
    const { service, createdAt, deploymentId, phase, verdict } = checkpoint;
    const step = `${phaseNumber(phase)}-${phase}${phase === 'health-validation' ? `-${verdict}` : ''}`;
    return this.#table.put(
      { pk: `SERVICE#${service}`, sk: `CHECKPOINT#${createdAt}#${deploymentId}#${step}` },
      checkpoint,
      { onlyIfNew: true },
    );
  }

  /** Checkpoints of the service's deployments that were made in a span. */
  async list(service: string, span: Span = {}): Promise<CheckpointRecord[]> {
    return this.#table.span(`SERVICE#${service}`, 'CHECKPOINT#', span, checkpointRecord);
  }

  /** Records where an alias was seen. */
  async sight(sighting: AliasSighting): Promise<void> {
    const { service, target, seenAt } = sighting;
    await this.#table.put({ pk: `SERVICE#${service}`, sk: `SIGHTING#${seenAt}#${target}` }, sighting);
  }

  /** Sightings of the service's aliases in a span. */
  async sightings(service: string, span: Span = {}): Promise<AliasSighting[]> {
    return this.#table.span(`SERVICE#${service}`, 'SIGHTING#', span, aliasSighting);
  }
}

function phaseNumber(phase: CheckpointPhase): number {
  return checkpointPhase.options.indexOf(phase) + 1;
}
