import type { SimulatedAccount } from 'account-simulator/account/account.ts';
import { Listeners } from 'account-simulator/asl/listeners.ts';
import type { RollbackPlan, ServicePlan } from '../../../shared/targets/service-plan.ts';

/** A saved plan. */
export interface SavedPlan {
  readonly key: string;
  /** ms since the epoch */
  readonly at: number;
  readonly plan: RollbackPlan;
}

/** Every plan that the coordinator saves; the newest plan of an attempt is in force. */
export class PlanMirror {
  readonly #byAttempt = new Map<string, SavedPlan>();
  readonly #saved = new Listeners<SavedPlan>();

  constructor(account: SimulatedAccount, bucket: string) {
    account.wire.onPerformed(({ call, refusal }) => {
      const { service, operation, input, now } = call;
      if (service !== 's3' || operation !== 'PutObject' || refusal || input.Bucket !== bucket) return;
      if (!/^plans\/.*\/plan\.json$/.test(input.Key)) return;
      const plan = JSON.parse(Buffer.from(input.Body as Uint8Array).toString()) as RollbackPlan;
      const saved = { key: String(input.Key), at: now, plan };
      this.#byAttempt.set(`${plan.incidentId}#${plan.attempt}`, saved);
      this.#saved.tell(() => saved);
    });
  }

  onSaved(listener: (saved: SavedPlan) => void): void {
    this.#saved.add(listener);
  }

  /** The plan in force for an attempt, by the owner of its locks: `<incident>#<attempt>`. */
  of(owner: string): SavedPlan | undefined {
    return this.#byAttempt.get(owner);
  }

  /** The plan for a service in an attempt. */
  ofService(owner: string, service: string): ServicePlan | undefined {
    return this.of(owner)?.plan.services.find((one) => one.service === service);
  }
}
