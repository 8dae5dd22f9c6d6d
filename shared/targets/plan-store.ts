import type * as z from 'zod';
import type { Bucket } from '../aws/bucket.ts';
import { checkInput, describeProblems } from '../check-input.ts';
import { LedgerCorrupt } from '../errors.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import type { HookPlan } from './hook/shapes.ts';
import { type RollbackPlan, rollbackPlan, type ServicePlan, servicePlan } from './service-plan.ts';
import type { TargetPlan } from './shapes.ts';
import { targetsOfWave, type Wave, waitingIn, wave } from './waves.ts';

/** Keys of a plan's objects. */
export interface PlanKeys {
  /** The plan itself. */
  readonly planKey: string;
  /** By wave: the array of services that the Distributed Map reads. */
  readonly itemsKeys: Readonly<Record<Wave, string>>;
}

/** A service in the form that the Distributed Map reads. */
export interface PlanItem {
  readonly service: string;
  /** Whether it has to wait for other services of the plan. */
  readonly waits: boolean;
}

/** One target of a plan, and the time of planning, ms since the epoch. */
export interface PlannedTargetStep {
  readonly plan: TargetPlan;
  readonly plannedAt: number;
}

/** Objects written in parallel: S3 allows 3,500 writes a second per prefix. */
const writesAtOnce = 50;

/**
 * Plans in the coordinator's bucket: states pass their key, so that no payload grows with a plan. Every service also has its
 * own object, so that the input of a service's step does not grow with the plan either.
 */
export class PlanStore {
  readonly #bucket: Bucket;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  async write(plan: RollbackPlan): Promise<PlanKeys> {
    const keys = keysOf(plan.incidentId, plan.attempt);
    const limited = limitConcurrency(writesAtOnce);
    await Promise.all(
      plan.services.map((one) =>
        limited(() => this.#bucket.write(serviceKey(keys.planKey, one.service), JSON.stringify(one))),
      ),
    );
    for (const one of wave.options) {
      await this.#bucket.write(keys.itemsKeys[one], JSON.stringify(itemsOf(plan, one)));
    }
    // Written last: a plan that exists is complete.
    await this.#bucket.write(keys.planKey, JSON.stringify(plan));
    return keys;
  }

  /** The plan of an incident's attempt; undefined if none was made. */
  async find(incidentId: string, attempt: number): Promise<RollbackPlan | undefined> {
    const { planKey } = keysOf(incidentId, attempt);
    const text = await this.#bucket.read(planKey);
    return text === undefined ? undefined : parse(planKey, text, rollbackPlan);
  }

  /** URL from which CloudFormation reads an object of the bucket. */
  urlOf(key: string): string {
    return this.#bucket.url(key);
  }

  /** @throws LedgerCorrupt when there is no such plan or it does not match its schema */
  async read(planKey: string): Promise<RollbackPlan> {
    const text = await this.#bucket.read(planKey);
    if (text === undefined) throw new LedgerCorrupt(`Plan ${planKey} is not in the bucket.`);
    return parse(planKey, text, rollbackPlan);
  }

  /** The plan of an incident's attempt for a service; undefined if the attempt has no plan, or none for the service. */
  async findService(incidentId: string, attempt: number, service: string): Promise<ServicePlan | undefined> {
    const key = serviceKey(keysOf(incidentId, attempt).planKey, service);
    const text = await this.#bucket.read(key);
    return text === undefined ? undefined : parse(key, text, servicePlan);
  }

  /** @throws LedgerCorrupt when the plan has no such service */
  async readService(planKey: string, service: string): Promise<ServicePlan> {
    const key = serviceKey(planKey, service);
    const text = await this.#bucket.read(key);
    if (text === undefined) throw new LedgerCorrupt(`Plan ${planKey} has no service ${service}.`);
    return parse(key, text, servicePlan);
  }

  async readTarget(planKey: string, service: string, target: string): Promise<PlannedTargetStep> {
    const { targets, plannedAt } = await this.readService(planKey, service);
    const plan = targets.find((one) => one.target === target);
    if (!plan) throw new LedgerCorrupt(`Plan ${planKey} has no target ${target} of ${service}.`);
    return { plan, plannedAt: Date.parse(plannedAt) };
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
  const itemsKey = (of: Wave) => `${folder}/${of}.json`;
  return {
    planKey: `${folder}/plan.json`,
    itemsKeys: { traffic: itemsKey('traffic'), pins: itemsKey('pins'), rest: itemsKey('rest') },
  };
}

/**
 * Every service takes part in the traffic wave, where others may wait for it; in a later wave only those with targets there.
 */
function itemsOf({ services }: RollbackPlan, of: Wave): PlanItem[] {
  const inIt = of === 'traffic' ? services : services.filter((plan) => targetsOfWave(plan, of).length > 0);
  return inTurn(inIt, of).map((plan) => ({
    service: plan.service,
    waits: waitingIn(plan, of).waitsFor.length > 0,
  }));
}

/**
 * Every service after all that it waits for, otherwise in the given order: so the running services never all wait for one
 * that has not started.
 */
function inTurn(services: readonly ServicePlan[], of: Wave): readonly ServicePlan[] {
  const byName = new Map(services.map((plan) => [plan.service, plan]));
  const found = new Set<ServicePlan>();
  const add = (plan: ServicePlan | undefined): void => {
    if (!plan || found.has(plan)) return;
    for (const before of waitingIn(plan, of).waitsFor) add(byName.get(before));
    found.add(plan);
  };
  // The plan itself has the order of the traffic.
  if (of === 'traffic') return services;
  for (const plan of services) add(plan);
  return [...found];
}

function serviceKey(planKey: string, service: string): string {
  return planKey.replace(/plan\.json$/, `services/${service}.json`);
}

function parse<T>(key: string, text: string, schema: z.ZodType<T>): T {
  const checked = checkInput(schema, parseJson(key, text));
  if ('problems' in checked) throw new LedgerCorrupt(`Plan ${key}: ${describeProblems(checked.problems)}`);
  return checked.data;
}

function parseJson(planKey: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LedgerCorrupt(`Plan ${planKey} is not JSON: ${(error as Error).message}`);
  }
}
