import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import { LATENCY_VALUES } from 'account-simulator/traffic/latency.ts';
import { MINUTE_MS } from 'account-simulator/traffic/version-minute.ts';
import type { HealthCheckEvent } from '../../../shared/aws/health-checks.ts';
import type { LimitsPolicy } from '../../../shared/catalog/service-entry.ts';
import type { ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { RunFacts } from './run-facts.ts';

/** One version behind one alias. */
export interface LiveVersion {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
}

/** What users met in one minute. */
export interface BadMinute {
  /** ms since the epoch */
  readonly at: number;
  readonly requests: number;
  /** Part of the requests that failed, or were too slow, over the policy's limit for it: above 1 is over. */
  readonly excess: number;
}

/**
 * What really happened to the users, read from the traffic itself and not from metrics: the judge's verdicts are
 * held against it.
 */
export class GroundTruth {
  readonly #facts: RunFacts;
  readonly #raised = new Map<string, number[]>();
  /** Answers in a row that found a version unhealthy, by the check and the version it was asked about. */
  readonly #unhealthy = new Map<string, number>();

  constructor(facts: RunFacts) {
    this.#facts = facts;
    facts.account.cloudWatch.onChange(({ name, previous, current }) => {
      if (current?.value !== 'ALARM' || previous?.value === 'ALARM') return;
      this.#raised.set(name, [...(this.#raised.get(name) ?? []), facts.now()]);
    });
    facts.account.wire.onPerformed(({ call, output }) => this.#noteCheck(call, output));
  }

  #noteCheck({ service, operation, input }: WireCall, output: { Payload?: Uint8Array } | undefined): void {
    if (service !== 'lambda' || operation !== 'Invoke') return;
    const name = String(input.FunctionName);
    if (!name.startsWith('HealthCheck_')) return;
    const { healthy } = parsed(output?.Payload) as { healthy?: unknown };
    if (typeof healthy !== 'boolean') return;
    const { targets } = parsed(input.Payload) as HealthCheckEvent;
    for (const target of targets) {
      const key = `${name} of ${target.function}:${target.version}`;
      this.#unhealthy.set(key, healthy ? 0 : (this.#unhealthy.get(key) ?? 0) + 1);
    }
  }

  /** The minutes of a version that had requests, with how far each was over the policy's limits. */
  minutes(live: LiveVersion, from: number, to: number, limits: LimitsPolicy): BadMinute[] {
    const { traffic } = this.#facts.account;
    const found: BadMinute[] = [];
    for (let minute = Math.floor(from / MINUTE_MS) * MINUTE_MS; minute < to; minute += MINUTE_MS) {
      const answered = traffic
        .minute(live.function, live.alias, minute)
        .find(({ version }) => version === live.version);
      const requests = answered ? sum(answered.invocations) : 0;
      if (!answered || requests === 0) continue;
      const failed = sum(answered.errors) / requests / limits.errorRate;
      const slow = limits.slow
        ? slowRequests(answered, limits.slow.overMs) / requests / limits.slow.share
        : 0;
      found.push({ at: minute, requests, excess: Math.max(failed, slow) });
    }
    return found;
  }

  /**
   * Why a release may rightly be called bad by now; undefined where nothing speaks against it.
   *
   * A judge that follows the policy needs `breaches` samples over a limit. A sample is made of whole minutes and
   * can only be over a limit if one of its minutes is, so with fewer such minutes no sample can have spoken
   * against the release, however they are pooled.
   */
  caseAgainst(release: ReleaseRecord): string | undefined {
    const entry = this.#facts.entry(release.service);
    const now = this.#facts.now();
    const deployments = Object.values(release.deployments);
    for (const { deploymentId, function: name, alias, toVersion, createdAt } of deployments) {
      const from = Date.parse(createdAt);
      const { status } = this.#facts.account.codeDeploy.find(deploymentId);
      if (status === 'Failed' || status === 'Stopped') return `deployment ${deploymentId} ended ${status}`;
      if (!entry) continue;
      const { limits, alarms, healthChecks } = entry.policy;
      const failed = healthChecks.find(
        (check) => (this.#unhealthy.get(`${check.function} of ${name}:${toVersion}`) ?? 0) >= check.failures,
      );
      if (failed) return `health check ${failed.function} found ${name}:${toVersion} unhealthy`;
      const raised = alarms.find((alarm) => this.#raised.get(alarm)?.some((at) => at >= from));
      if (raised) return `alarm ${raised} was raised`;
      const over = this.minutes({ function: name, alias, version: toVersion }, from, now, limits).filter(
        ({ excess }) => excess > 1,
      );
      if (over.length >= limits.breaches)
        return `${over.length} minutes of ${name}:${toVersion} over a limit`;
    }
    return undefined;
  }
}

function parsed(payload: unknown): object {
  return JSON.parse(Buffer.from((payload ?? '{}') as Uint8Array).toString() || '{}') ?? {};
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function slowRequests(
  minute: {
    readonly invocations: readonly number[];
    latency(slot: number): { bins: Uint16Array; counts: Uint32Array };
  },
  overMs: number,
): number {
  let slow = 0;
  for (const slot of minute.invocations.keys()) {
    const { bins, counts } = minute.latency(slot);
    for (const [at, bin] of bins.entries()) {
      if ((LATENCY_VALUES[bin] as number) > overMs) slow += counts[at] as number;
    }
  }
  return slow;
}
