import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

/** The lifecycle hook of CodeDeploy as which the coordinator is called: before any traffic, or after all of it. */
export const lifecycleEvent = z.enum(['BeforeAllowTraffic', 'AfterAllowTraffic']);
export type LifecycleEvent = z.infer<typeof lifecycleEvent>;

/** The answer to CodeDeploy, which knows no other status. */
export const hookWord = z.enum(['Succeeded', 'Failed']);
export type HookWord = z.infer<typeof hookWord>;

/**
 * Reason for refusing a deployment or letting it go on. Among refusals, {@link saysNothingOfCode} finds those about the
 * service.
 */
export const hookCause = z.enum([
  'locked',
  'on-hold',
  'frozen',
  'known-bad',
  'unhealthy',
  'undone',
  'judged',
  'no-objection',
  'irreversible',
  'unchecked',
  'deadline',
]);
export type HookCause = z.infer<typeof hookCause>;

/** Whether a refusal is no evidence against the refused code. */
export function saysNothingOfCode(cause: HookCause): boolean {
  return cause === 'locked' || cause === 'on-hold' || cause === 'frozen' || cause === 'undone';
}

/** The answer and its reason, in words. */
export const hookAnswer = z.strictObject({ word: hookWord, cause: hookCause, reason: z.string() });
export type HookAnswer = z.infer<typeof hookAnswer>;

/** A call of a lifecycle hook, which the coordinator answers. */
export const askedHook = z.strictObject({
  deploymentId: z.string(),
  event: lifecycleEvent,
  /** CodeDeploy's `LifecycleEventHookExecutionId`, for the answer. */
  executionId: z.string(),
  service: z.string(),
  /** ms since the epoch */
  askedAt: z.number(),
  /** The first answer stands. */
  answer: hookAnswer.optional(),
  /** Time at which CodeDeploy had the answer, or no longer waited, ms since the epoch. */
  deliveredAt: z.number().optional(),
});
export type AskedHook = z.infer<typeof askedHook>;

const listed = z.strictObject({ deploymentId: z.string(), event: lifecycleEvent });

/** CodeDeploy's calls of the coordinator's lifecycle hooks, by deployment, and by day. */
export class LifecycleHookLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Records a call unless it is recorded already; returns the recorded one. */
  async ask(hook: AskedHook): Promise<AskedHook> {
    const { deploymentId, event } = hook;
    // The list comes first: a call that is not in it would be forgotten.
    await this.#table.put(listKey(hook), { deploymentId, event });
    const isNew = await this.#table.put(keyOf(deploymentId, event), hook, { onlyIfNew: true });
    return isNew ? hook : ((await this.find(deploymentId, event)) ?? hook);
  }

  async find(deploymentId: string, event: LifecycleEvent): Promise<AskedHook | undefined> {
    return this.#table.get(keyOf(deploymentId, event), askedHook);
  }

  /** Records an answer unless there is one; returns the recorded one. */
  async answer({ deploymentId, event }: AskedHook, answer: HookAnswer): Promise<HookAnswer> {
    await this.#table.update(
      keyOf(deploymentId, event),
      { expression: 'SET #answer = :answer', names: { '#answer': 'answer' }, values: { ':answer': answer } },
      { expression: 'attribute_not_exists(#answer)' },
    );
    // Read again: a retried write may report a failed condition although its first try succeeded.
    return (await this.find(deploymentId, event))?.answer ?? answer;
  }

  /** Records the time at which CodeDeploy had the answer; the first record stands. */
  async markDelivered({ deploymentId, event }: AskedHook, deliveredAt: number): Promise<void> {
    await this.#table.update(
      keyOf(deploymentId, event),
      {
        expression: 'SET #delivered = :at',
        names: { '#delivered': 'deliveredAt' },
        values: { ':at': deliveredAt },
      },
      { expression: 'attribute_not_exists(#delivered)' },
    );
  }

  /** Calls in a span of times, ms since the epoch, that CodeDeploy has no answer to. */
  async undelivered(from: number, until: number): Promise<AskedHook[]> {
    const days = [...new Set([dayOf(from), dayOf(until)])];
    const span = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    const found: AskedHook[] = [];
    for (const day of days) {
      for (const { deploymentId, event } of await this.#table.span(`HOOKS#${day}`, 'HOOK#', span, listed)) {
        const hook = await this.find(deploymentId, event);
        if (hook && hook.deliveredAt === undefined) found.push(hook);
      }
    }
    return found;
  }
}

function keyOf(deploymentId: string, event: LifecycleEvent): Key {
  return { pk: `HOOK#${deploymentId}`, sk: event };
}

/** Place in the list of a day: an hour's calls are in at most two lists. */
function listKey({ deploymentId, event, askedAt }: AskedHook): Key {
  const at = new Date(askedAt).toISOString();
  return { pk: `HOOKS#${dayOf(askedAt)}`, sk: `HOOK#${at}#${deploymentId}#${event}` };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
