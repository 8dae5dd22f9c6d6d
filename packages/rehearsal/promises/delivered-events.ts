import type { DeployedTemplate } from 'account-simulator/deploy/deploy-template.ts';

/** The sweep leaves recent work alone because its event may still be on the way; with some margin. */
const graceMs = 3 * 60_000;

/** The sweep leaves a recently ended execution to the function that receives its event; with some margin. */
const reportingMs = 10 * 60_000;

/**
 * The events that the coordinator can know of: those that reached their function, and those whose lost work the sweep has
 * found since. It is not accountable for others; an event in the dead-letter queue raises the template's alarm, which
 * notifies a person.
 */
export class DeliveredEvents {
  readonly #coordinator: DeployedTemplate;
  readonly #heard = new Set<string>();
  /**
   * The time at which a service's parameter was first compiled; under `undefined`, the time at which all parameters were.
   */
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
   * The time at which the coordinator can first have known of a service, ms since the epoch: by its parameter's event, or by
   * the scheduled read of all parameters.
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

/** The detail of a deployment's, an execution's or a parameter's event. */
interface Detail {
  readonly deploymentId?: string;
  readonly executionArn?: string;
  readonly name?: string;
}

function detailOf(payload: string): Detail {
  return (JSON.parse(payload) as { detail?: Detail }).detail ?? {};
}
