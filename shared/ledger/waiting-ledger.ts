import * as z from 'zod';
import type { Attempt } from './incident-ledger.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const waitingRecord = z.strictObject({
  attempt: z.number().int().positive(),
  /** Absent after it was used. */
  token: z.string().optional(),
});

/** Services of an incident that wait until they may begin, each with the token of its waiting task. */
export class WaitingLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Records a waiting service, replacing its earlier record: a retried task has a new token. */
  async wait({ incidentId, attempt }: Attempt, service: string, token: string): Promise<void> {
    await this.#table.put(waitingKey(incidentId, service), { attempt, token });
  }

  /** The token of the waiting task; undefined if none waits in this attempt. */
  async tokenOf({ incidentId, attempt }: Attempt, service: string): Promise<string | undefined> {
    const waiting = await this.#table.get(waitingKey(incidentId, service), waitingRecord);
    return waiting?.attempt === attempt ? waiting.token : undefined;
  }

  /** Deletes a used token, unless the service waits with another one by now. */
  async forget({ incidentId, attempt }: Attempt, service: string, token: string): Promise<void> {
    await this.#table.put(
      waitingKey(incidentId, service),
      { attempt },
      {
        condition: {
          expression: '#token = :token',
          names: { '#token': 'token' },
          values: { ':token': token },
        },
      },
    );
  }
}

function waitingKey(incidentId: string, service: string): Key {
  return { pk: `INCIDENT#${incidentId}`, sk: `WAITING#${service}` };
}
