import type { Deployment } from 'account-simulator/account/codedeploy/deployment.ts';
import { watchedAlarms } from 'account-simulator/account/codedeploy/deployment-group.ts';
import type { WireCall } from 'account-simulator/account/wire/wire.ts';
import { LATENCY_VALUES } from 'account-simulator/traffic/latency.ts';
import { MINUTE_MS, SLOT_MS } from 'account-simulator/traffic/version-minute.ts';
import type { HealthCheckEvent } from '../../../shared/aws/health-checks.ts';
import { isAlias } from '../../../shared/catalog/alias-kinds.ts';
import {
  borneErrorRate,
  type LimitsPolicy,
  type ServicePolicy,
} from '../../../shared/catalog/service-entry.ts';
import { type BroughtVersion, broughtBy, type ReleaseRecord } from '../../../shared/ledger/records.ts';
import type { RunFacts } from './run-facts.ts';

/** One version behind one alias. */
export interface LiveVersion {
  readonly function: string;
  readonly alias: string;
  readonly version: string;
}

/** The traffic of one minute. */
export interface BadMinute {
  /** ms since the epoch */
  readonly at: number;
  readonly requests: number;
  /** Failed or slow requests relative to the tolerated part: above 1 is over the limit. */
  readonly excess: number;
}

/** The users' real experience, read from the traffic itself and not from metrics: the reference for the judge's verdicts. */
export class GroundTruth {
  readonly #facts: RunFacts;
  /** The changes of state of each alarm, oldest first. */
  readonly #changes = new Map<string, { readonly at: number; readonly to: string }[]>();
  /** Consecutive unhealthy answers, by health check and version. */
  readonly #unhealthy = new Map<string, number>();

  constructor(facts: RunFacts) {
    this.#facts = facts;
    facts.account.cloudWatch.onChange(({ name, previous, current }) => {
      if (!current) return;
      // An alarm that existed before the run was watched had the state from which it changed.
      const known = this.#changes.get(name) ?? (previous ? [{ at: previous.since, to: previous.value }] : []);
      this.#changes.set(name, [...known, { at: facts.now(), to: current.value }]);
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

  /** Whether an alarm went into ALARM after a time, unless it had been in ALARM since before without an OK in between. */
  #wentIntoAlarm(alarm: string, since: number | undefined, until = Number.POSITIVE_INFINITY): boolean {
    if (since === undefined) return false;
    let rang = false;
    for (const { at, to } of this.#changes.get(alarm) ?? []) {
      if (to === 'ALARM' && at >= since && at <= until && !rang) return true;
      if (to !== 'INSUFFICIENT_DATA') rang = to === 'ALARM';
    }
    return false;
  }

  /**
   * The minutes of a version that had requests, with the excess of each over the limit.
   *
   * @param before the rate of errors before the version, which is tolerated
   */
  minutes(live: LiveVersion, from: number, to: number, limits: LimitsPolicy, before = 0): BadMinute[] {
    const { traffic } = this.#facts.account;
    const found: BadMinute[] = [];
    for (let minute = Math.floor(from / MINUTE_MS) * MINUTE_MS; minute < to; minute += MINUTE_MS) {
      const answered = traffic
        .minute(live.function, live.alias, minute)
        .find(({ version }) => version === live.version);
      const requests = answered ? sum(answered.invocations) : 0;
      if (!answered || requests === 0) continue;
      const failed = sum(answered.errors) / requests / Math.max(limits.errorRate ?? borneErrorRate, before);
      const slow = limits.slow
        ? slowRequests(answered, limits.slow.overMs) / requests / limits.slow.share
        : 0;
      found.push({ at: minute, requests, excess: Math.max(failed, slow) });
    }
    return found;
  }

  /** The version of a bad release with the same code and configuration; undefined if there is none. */
  #badAgain({ releaseId, service }: ReleaseRecord, name: string, version: string): string | undefined {
    const { lambda } = this.#facts.account;
    const made = (of: string) => {
      const found = lambda.version(name, of);
      return found && JSON.stringify([found.code, found.properties]);
    };
    return this.#facts.ledger
      .releases(service)
      .filter((one) => one.verdict === 'bad' && one.releaseId !== releaseId)
      .flatMap((one) => broughtBy(one))
      .find((one) => one.function === name && made(one.toVersion) === made(version))?.toVersion;
  }

  /**
   * The reason why a deployment's end speaks against its code: a lifecycle hook refused it; or it had traffic, and an alarm
   * of its group was raised meanwhile, or CodeDeploy reports it as unhealthy. Undefined for every other end.
   */
  #refusedBy({
    id,
    status,
    lifecycle,
    error,
    completedAt,
    overrideAlarms,
    group,
  }: Deployment): string | undefined {
    if (status !== 'Failed' && status !== 'Stopped') return undefined;
    const hook = lifecycle.find((step) => step.name !== 'AllowTraffic' && step.status === 'Failed');
    if (hook) return `hook ${hook.name} of deployment ${id} failed`;
    const served = lifecycle.find(({ name }) => name === 'AllowTraffic')?.startedAt;
    if (served === undefined) return undefined;
    const alarm = watchedAlarms(overrideAlarms ?? group.settings.alarms).find((name) =>
      this.#wentIntoAlarm(name, served, completedAt),
    );
    if (alarm) return `alarm ${alarm} was raised while deployment ${id} ran`;
    return unhealthyCodes.includes(error?.code ?? '')
      ? `deployment ${id} ended with ${error?.code}`
      : undefined;
  }

  /**
   * The reason why a release may rightly be called bad by now; undefined where there is none: a release that answers like
   * the version before it or beside it is never bad by its numbers, however many of its requests fail.
   */
  caseAgainst(release: ReleaseRecord): string | undefined {
    const entry = this.#facts.entry(release.service);
    const deployments = Object.values(release.deployments);
    for (const watched of deployments) {
      const { deploymentId, function: name, toVersion } = watched;
      const codeDeployment = this.#facts.account.codeDeploy.find(deploymentId);
      const { lifecycle } = codeDeployment;
      const refused = this.#refusedBy(codeDeployment);
      if (refused) return refused;
      const again = this.#badAgain(release, name, toVersion);
      if (again) return `${name}:${toVersion} is ${again} again`;
      if (!entry) continue;
      const { alarms, healthChecks } = entry.policy;
      const failed = healthChecks.find(
        (check) => (this.#unhealthy.get(`${check.function} of ${name}:${toVersion}`) ?? 0) >= check.failures,
      );
      if (failed) return `health check ${failed.function} found ${name}:${toVersion} unhealthy`;
      const firstTraffic = lifecycle.find((event) => event.name === 'AllowTraffic')?.startedAt;
      const raised = [...alarms, ...(watched.groupAlarms ?? [])].find((alarm) =>
        this.#wentIntoAlarm(alarm, firstTraffic),
      );
      if (raised) return `alarm ${raised} was raised`;
    }
    const whole =
      entry && deployments.length === 0 ? this.#caseAgainstWhole(release, entry.policy) : undefined;
    return whole ?? this.worseThanBefore(release);
  }

  /** The same for a release without any deployment: for all of its live versions, from its beginning on. */
  #caseAgainstWhole(
    release: ReleaseRecord,
    { limits, alarms, healthChecks }: ServicePolicy,
  ): string | undefined {
    const { startedAt, snapshot = [], moved = {} } = release;
    const from = Date.parse(startedAt);
    const live = [
      ...snapshot.filter(isAlias),
      ...Object.values(moved).map((one) => ({ ...one, version: one.toVersion })),
    ];
    const raised = alarms.find((alarm) => this.#wentIntoAlarm(alarm, from));
    if (raised) return `alarm ${raised} was raised`;
    for (const { function: name, alias, version } of live) {
      const again = this.#badAgain(release, name, version);
      if (again) return `${name}:${version} is ${again} again`;
      const failed = healthChecks.find(
        (check) => (this.#unhealthy.get(`${check.function} of ${name}:${version}`) ?? 0) >= check.failures,
      );
      if (failed) return `health check ${failed.function} found ${name}:${version} unhealthy`;
      const minutes = this.minutes({ function: name, alias, version }, from, this.#facts.now(), limits);
      const over = minutes.filter(({ excess }) => excess > 1);
      if (over.length >= enoughMinutes) return `${over.length} minutes of ${name}:${version} over a limit`;
    }
    return undefined;
  }

  /**
   * The version of a release that answered worse than the version beside it, or than the previous version just before, while
   * users met it; undefined if there is none. The check uses the configured behaviour, not the outcome of the requests.
   */
  worseThanBefore(release: ReleaseRecord): string | undefined {
    const { traffic } = this.#facts.account;
    for (const brought of broughtBy(release)) {
      const { function: name, alias, toVersion } = brought;
      const begin = beganAt(brought);
      for (let at = begin; at < this.#facts.now(); at += SLOT_MS) {
        const now = traffic.expected(name, alias, toVersion, at);
        if (now.share === 0) continue;
        const before = this.#before(brought, at);
        const isWorse =
          now.bad === true ||
          now.errorRate > worse * Math.max(before?.errorRate ?? borneErrorRate, rareErrors) ||
          now.latencyMs > worse * (before?.latencyMs ?? now.latencyMs);
        if (isWorse) return `${name}:${toVersion} answers worse than the version before it`;
      }
    }
    return undefined;
  }

  /** The error rate before a version came, or beside it; 0 where there was none. */
  errorRateBefore(brought: BroughtVersion): number {
    return this.#before(brought, beganAt(brought))?.errorRate ?? 0;
  }

  /** The answers of the previous version beside the new one, or else before it; undefined if there was none. */
  #before(brought: BroughtVersion, at: number) {
    const { function: name, alias, fromVersion } = brought;
    if (fromVersion === undefined) return undefined;
    const { traffic } = this.#facts.account;
    const beside = traffic.expected(name, alias, fromVersion, at);
    return beside.share > 0 ? beside : traffic.expected(name, alias, fromVersion, beganAt(brought));
  }
}

/** The number of minutes over the limit that speak against a release without a deployment. */
const enoughMinutes = 2;
/** A version that answers this many times as badly is worse: the tests look for twice as bad. */
const worse = 1.25;
/** Rates below it are not told apart. */
const rareErrors = 1e-4;

function beganAt(brought: BroughtVersion): number {
  return Date.parse('createdAt' in brought ? brought.createdAt : brought.movedAt);
}

/** Error codes with which CodeDeploy reports a deployment as unhealthy. */
const unhealthyCodes = ['HEALTH_CONSTRAINTS', 'CUSTOMER_APPLICATION_UNHEALTHY'];

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
