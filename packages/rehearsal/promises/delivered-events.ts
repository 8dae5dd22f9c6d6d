import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';

/** What the sweep leaves alone because its event may still be on the way, with some room. */
const graceMs = 3 * 60_000;

/** What the sweep leaves to those who were told that an execution ended, with some room. */
const reportingMs = 10 * 60_000;

/**
 * What the coordinator can have heard of: an event that reached its function, or the sweep that finds what lost
 * events left undone, once it ran. It cannot answer for what neither told it; and an event in the dead-letter
 * queue raises the alarm of the template, which tells a person.
 */
export class DeliveredEvents {
  readonly #coordinator: DeployedTemplate;
  readonly #heard = new Set<string>();
  /** When the parameter of a service was first compiled; under `undefined`, when those of all were. */
  readonly #compiled = new Map<string | undefined, number>();
  #lastSweep = Number.NEGATIVE_INFINITY;

  constructor(coordinator: DeployedTemplate) {
    this.#coordinator = coordinator;
    coordinator.account.lambdaRuntime.intercept(async ({ logicalId, payload, startedAt }, next) => {
      if (logicalId === 'StartMonitoringFunction' || logicalId === 'ReportFailedExecutionFunction') {
        const { deploymentId, executionArn } = detailOf(payload);
        this.#heard.add(executionArn ?? deploymentId ?? '');
      }
      const result = await next();
      if (logicalId === 'SweepLostWorkFunction') this.#lastSweep = Math.max(this.#lastSweep, startedAt);
      if (logicalId === 'CompileCatalogFunction') {
        const service = detailOf(payload).name?.split('/').at(-1);
        this.#compiled.set(service, Math.min(this.#compiled.get(service) ?? startedAt, startedAt));
      }
      return result;
    });
  }

  /** Whether the coordinator can know of a deployment that was created at `createdAt` (ms since the epoch). */
  deployment(deploymentId: string, createdAt: number): boolean {
    return this.#isKnown(deploymentId, createdAt);
  }

  /** Whether the coordinator can know that an execution ended without success at `stoppedAt`. */
  failedExecution(executionArn: string, stoppedAt: number | undefined): boolean {
    return stoppedAt !== undefined && this.#isKnown(executionArn, stoppedAt);
  }

  /** Whether the sweep has yet to look for incidents that were left open at a time (ms since the epoch). */
  awaitsSweep(since: number): boolean {
    return this.#lastSweep <= since + reportingMs;
  }

  /** Whether an event about an execution reached its function. */
  event(executionArn: string): boolean {
    return this.#heard.has(executionArn) && !this.#isDead(executionArn);
  }

  /**
   * When the coordinator can first have known of a service, ms since the epoch: told of its parameter, or when all
   * parameters were read by schedule.
   */
  catalogOf(service: string): number {
    const never = Number.POSITIVE_INFINITY;
    return Math.min(this.#compiled.get(service) ?? never, this.#compiled.get(undefined) ?? never);
  }

  #isKnown(id: string, since: number): boolean {
    const known = this.#heard.has(id) || this.#lastSweep > since + graceMs;
    return known && !this.#isDead(id);
  }

  #isDead(id: string): boolean {
    const { account, stack } = this.#coordinator;
    return stack.queues.some(({ arn }) => account.queue(arn)?.messages.some(({ body }) => body.includes(id)));
  }
}

/** Of a deployment's, an execution's or a parameter's event. */
interface Detail {
  readonly deploymentId?: string;
  readonly executionArn?: string;
  readonly name?: string;
}

function detailOf(payload: string): Detail {
  return (JSON.parse(payload) as { detail?: Detail }).detail ?? {};
}
