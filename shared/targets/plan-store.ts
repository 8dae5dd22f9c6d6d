import type { Bucket } from '../aws/bucket.ts';
import { LedgerCorrupt } from '../errors.ts';
import { describeIssues } from '../task.ts';
import {
  type HookPlan,
  type RollbackPlan,
  rollbackPlan,
  type ServicePlan,
  type TargetPlan,
} from './service-plan.ts';

/** Where the objects of one plan are. */
export interface PlanKeys {
  /** The plan itself. */
  readonly planKey: string;
  /** The array of services that the Distributed Map reads. */
  readonly itemsKey: string;
}

/** Plans in the coordinator's bucket: states pass them on by their key, so that no payload grows with a plan. */
export class PlanStore {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  async write(plan: RollbackPlan): Promise<PlanKeys> {
    const keys = keysOf(plan.incidentId, plan.attempt);
    await this.#bucket.write(keys.planKey, JSON.stringify(plan));
    await this.#bucket.write(
      keys.itemsKey,
      JSON.stringify(plan.services.map(({ service }) => ({ service }))),
    );
    return keys;
  }

  /** The plan of an incident's attempt; undefined where none was made. */
  async find(incidentId: string, attempt: number): Promise<RollbackPlan | undefined> {
    const { planKey } = keysOf(incidentId, attempt);
    const text = await this.#bucket.read(planKey);
    return text === undefined ? undefined : parsePlan(planKey, text);
  }

  /** Where CloudFormation reads an object of the bucket from. */
  urlOf(key: string): string {
    return this.#bucket.url(key);
  }

  /** @throws LedgerCorrupt when there is no such plan or it is not of its schema */
  async read(planKey: string): Promise<RollbackPlan> {
    const text = await this.#bucket.read(planKey);
    if (text === undefined) throw new LedgerCorrupt(`Plan ${planKey} is not in the bucket.`);
    return parsePlan(planKey, text);
  }

  async readService(planKey: string, service: string): Promise<ServicePlan> {
    const found = (await this.read(planKey)).services.find((one) => one.service === service);
    if (!found) throw new LedgerCorrupt(`Plan ${planKey} has no service ${service}.`);
    return found;
  }

  async readTarget(planKey: string, service: string, target: string): Promise<TargetPlan> {
    const found = (await this.readService(planKey, service)).targets.find((one) => one.target === target);
    if (!found) throw new LedgerCorrupt(`Plan ${planKey} has no target ${target} of ${service}.`);
    return found;
  }

  /** A hook of a service, with the service's plan. */
  async readHook({
    planKey,
    service,
    target,
  }: {
    readonly planKey: string;
    readonly service: string;
    readonly target: string;
  }): Promise<{ service: ServicePlan; plan: HookPlan }> {
    const found = await this.readService(planKey, service);
    const plan = found.targets.find((one) => one.target === target);
    if (plan?.kind !== 'hook')
      throw new LedgerCorrupt(`Plan ${planKey} has no hook ${target} of ${service}.`);
    return { service: found, plan };
  }
}

function keysOf(incidentId: string, attempt: number): PlanKeys {
  const folder = `plans/${incidentId}/${attempt}`;
  return { planKey: `${folder}/plan.json`, itemsKey: `${folder}/services.json` };
}

function parsePlan(planKey: string, text: string): RollbackPlan {
  const parsed = rollbackPlan.safeParse(parseJson(planKey, text));
  if (!parsed.success) throw new LedgerCorrupt(`Plan ${planKey}: ${describeIssues(parsed.error)}`);
  return parsed.data;
}

function parseJson(planKey: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LedgerCorrupt(`Plan ${planKey} is not JSON: ${(error as Error).message}`);
  }
}
