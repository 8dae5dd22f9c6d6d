import * as z from 'zod';
import type { Attempt } from './incident-ledger.ts';
import type { Key, LedgerTable } from './ledger-table.ts';

const waitingRecord = z.strictObject({
  attempt: z.number().int().positive(),
  /** Absent once it was used. */
  token: z.string().optional(),
});

/** Services of an incident that wait until they may begin, each with the token of the task in which it waits. */
export class WaitingLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Puts the service in the place of whatever waited for it before: a task that was tried again has a new token. */
  async wait({ incidentId, attempt }: Attempt, service: string, token: string): Promise<void> {
    await this.#table.put(waitingKey(incidentId, service), { attempt, token });
  }

  /** The token of the waiting task; undefined where none waits in this attempt. */
  async tokenOf({ incidentId, attempt }: Attempt, service: string): Promise<string | undefined> {
    const waiting = await this.#table.get(waitingKey(incidentId, service), waitingRecord);
    return waiting?.attempt === attempt ? waiting.token : undefined;
  }

  /** Forgets a token that was used, unless the service waits with another one by now. */
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
