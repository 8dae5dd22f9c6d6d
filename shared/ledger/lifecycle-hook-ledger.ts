import * as z from 'zod';
import type { Key, LedgerTable } from './ledger-table.ts';

/** The lifecycle hook of CodeDeploy that the coordinator is asked as: before any traffic, or after all of it. */
export const lifecycleEvent = z.enum(['BeforeAllowTraffic', 'AfterAllowTraffic']);
export type LifecycleEvent = z.infer<typeof lifecycleEvent>;

/** What CodeDeploy is told: it knows no other word. */
export const hookWord = z.enum(['Succeeded', 'Failed']);
export type HookWord = z.infer<typeof hookWord>;

/** Why a deployment is refused or let go on. Of the refusals, {@link saysNothingOfCode} tells those about the service. */
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

/** Whether a refusal says nothing about the code that was refused. */
export function saysNothingOfCode(cause: HookCause): boolean {
  return cause === 'locked' || cause === 'on-hold' || cause === 'frozen' || cause === 'undone';
}

/** What is answered, and why, in words. */
export const hookAnswer = z.strictObject({ word: hookWord, cause: hookCause, reason: z.string() });
export type HookAnswer = z.infer<typeof hookAnswer>;

/** A question of CodeDeploy's that the coordinator answers. */
export const askedHook = z.strictObject({
  deploymentId: z.string(),
  event: lifecycleEvent,
  /** CodeDeploy's `LifecycleEventHookExecutionId`: it goes back with the answer. */
  executionId: z.string(),
  service: z.string(),
  /** ms since the epoch */
  askedAt: z.number(),
  /** The first answer stands. */
  answer: hookAnswer.optional(),
  /** When CodeDeploy had the answer, or did not wait for one any more, ms since the epoch. */
  deliveredAt: z.number().optional(),
});
export type AskedHook = z.infer<typeof askedHook>;

const listed = z.strictObject({ deploymentId: z.string(), event: lifecycleEvent });

/** The lifecycle hooks that CodeDeploy has asked the coordinator as, by deployment, and by the day on which it asked. */
export class LifecycleHookLedger {
  readonly #table: LedgerTable;

  constructor(table: LedgerTable) {
    this.#table = table;
  }

  /** Records a question unless it is there already; answers the one that is there then. */
  async ask(hook: AskedHook): Promise<AskedHook> {
    const { deploymentId, event } = hook;
    // First the list: a question that it does not have would be forgotten.
    await this.#table.put(listKey(hook), { deploymentId, event });
    const isNew = await this.#table.put(keyOf(deploymentId, event), hook, { onlyIfNew: true });
    return isNew ? hook : ((await this.find(deploymentId, event)) ?? hook);
  }

  async find(deploymentId: string, event: LifecycleEvent): Promise<AskedHook | undefined> {
    return this.#table.get(keyOf(deploymentId, event), askedHook);
  }

  /** Records an answer unless there is one; answers the one that stands. */
  async answer({ deploymentId, event }: AskedHook, answer: HookAnswer): Promise<HookAnswer> {
    await this.#table.update(
      keyOf(deploymentId, event),
      { expression: 'SET #answer = :answer', names: { '#answer': 'answer' }, values: { ':answer': answer } },
      { expression: 'attribute_not_exists(#answer)' },
    );
    // Read again: a retried write may report a failed condition although its first try succeeded.
    return (await this.find(deploymentId, event))?.answer ?? answer;
  }

  /** Records when CodeDeploy had the answer; the first record of it stands. */
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

  /** Questions of a span of times, ms since the epoch, that CodeDeploy has no answer to. */
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

/** Place in the list of a day: an hour's questions are in two of them at most. */
function listKey({ deploymentId, event, askedAt }: AskedHook): Key {
  const at = new Date(askedAt).toISOString();
  return { pk: `HOOKS#${dayOf(askedAt)}`, sk: `HOOK#${at}#${deploymentId}#${event}` };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
