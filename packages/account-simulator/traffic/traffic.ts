import type { SeededRandom } from '../random/seeded-random.ts';
import { type Answers, answersAt, assertBehaviour, type Behaviour } from './behaviour.ts';
import { binomial } from './binomial.ts';
import { LatencyModel } from './latency.ts';
import { PastTraffic } from './past-traffic.ts';
import { type Rate, requestsPerMinute } from './rate.ts';
import { firstShareAt, isSplitBetween, type ShareChange, shareAt, sharesBetween } from './shares.ts';
import { MINUTE_MS, SLOT_MS, SLOTS_PER_MINUTE, VersionMinute } from './version-minute.ts';

/** Requests that arrive on an alias. */
export interface TrafficSource {
  /** Physical name of the function. */
  readonly functionName: string;
  readonly alias: string;
  readonly rate: Rate;
  /** Length of the alias's traffic before its first version was published here, ms; 0 by default. */
  readonly pastMs?: number;
}

/** Facts about the account and the scenario that the traffic reads; only for times that have passed. */
export interface TrafficPorts {
  /** The shares of an alias's versions, in order of time; empty if there is no such alias. */
  shares(functionName: string, alias: string): readonly ShareChange[];
  /** The behaviour of a version's code; always the same object or an equal one. */
  behaviour(functionName: string, version: string): Behaviour;
}

/** The clock that the traffic reads. */
export interface TrafficClock {
  readonly startedAt: number;
  now(): number;
}

/** The expected answers of a version at a moment: the truth that a judge estimates. */
export interface Expectation extends Answers {
  readonly share: number;
  /** Of the version, not of the alias. */
  readonly requestsPerMinute: number;
}

interface AliasMinute {
  readonly arrivals: SeededRandom;
  readonly split: SeededRandom;
  readonly versions: VersionMinute[];
  slots: number;
}

/**
 * The users of the rehearsed services: requests arrive at aliases at random, go to versions by the alias's weights, and are
 * answered by the version's behaviour.
 *
 * The requests of a minute depend on the seed, the names, the minute, the weights and the behaviour, not on the reader or
 * the time and order of reads; the arrivals do not even depend on the weights, so two runs with different actions of a
 * coordinator have the same users. A minute is drawn at its first use and kept. Arrivals are Poisson (in slots of ten
 * seconds), the split over versions and the errors are binomial, durations log-normal.
 */
export class Traffic {
  readonly #clock: TrafficClock;
  readonly #random: SeededRandom;
  readonly #ports: TrafficPorts;
  readonly #sources = new Map<string, Map<string, Omit<TrafficSource, 'functionName' | 'alias'>>>();
  readonly #pasts = new Map<string, PastTraffic>();
  readonly #minutes = new Map<string, Map<number, AliasMinute>>();
  readonly #models = new Map<string, LatencyModel>();
  readonly #behaviours = new Map<string, Behaviour>();

  constructor(options: {
    clock: TrafficClock;
    random: SeededRandom;
    sources: readonly TrafficSource[];
    ports: TrafficPorts;
  }) {
    this.#clock = options.clock;
    this.#random = options.random.fork('traffic');
    this.#ports = options.ports;
    for (const source of options.sources) this.send(source);
  }

  /** Adds a source of requests for an alias, from the alias's creation on. */
  send({ functionName, alias, ...source }: TrafficSource): void {
    const aliases =
      this.#sources.get(functionName) ?? new Map<string, Omit<TrafficSource, 'functionName' | 'alias'>>();
    aliases.set(alias, source);
    this.#sources.set(functionName, aliases);
  }

  /** The aliases of a function that receive requests. */
  aliases(functionName: string): readonly string[] {
    return [...(this.#sources.get(functionName)?.keys() ?? [])];
  }

  /**
   * The answers of each version in the minute that begins at `minute` (ms since the epoch), for the slots that are over.
   * Every call returns the same objects; versions without a share are left out.
   */
  minute(functionName: string, alias: string, minute: number): readonly VersionMinute[] {
    const rate = this.#sources.get(functionName)?.get(alias)?.rate;
    const over = Math.min(SLOTS_PER_MINUTE, Math.floor((this.#clock.now() - minute) / SLOT_MS));
    if (rate === undefined || over <= 0) return [];
    const key = `${functionName}:${alias}`;
    let minutes = this.#minutes.get(key);
    if (minutes === undefined) {
      minutes = new Map();
      this.#minutes.set(key, minutes);
    }
    let known = minutes.get(minute);
    if (known === undefined) {
      const random = this.#random.fork(`${key}/${minute}`);
      known = { arrivals: random.fork('arrivals'), split: random.fork('split'), versions: [], slots: 0 };
      minutes.set(minute, known);
    }
    while (known.slots < over) {
      this.#addSlot(known, functionName, alias, rate, minute);
    }
    return known.versions;
  }

  /** The time at which an alias of a function first had a version, ms since the epoch; undefined if it never had one. */
  beganAt(functionName: string, alias: string): number | undefined {
    return this.#ports.shares(functionName, alias)[0]?.at;
  }

  /** The requests on an alias before it had a version here; undefined without a past. */
  past(functionName: string, alias: string): PastTraffic | undefined {
    const { rate, pastMs = 0 } = this.#sources.get(functionName)?.get(alias) ?? { rate: 0 };
    const [first] = this.#ports.shares(functionName, alias);
    const [version] = Object.keys(first?.shares ?? {});
    if (pastMs === 0 || !first || version === undefined || !Number.isFinite(first.at)) return undefined;
    const key = `${functionName}:${alias}`;
    let past = this.#pasts.get(key);
    if (past === undefined) {
      const { phases: _, ...answers } = this.#behaviour(functionName, version);
      past = new PastTraffic(this.#random.fork(`${key}/past`), {
        rate,
        answers,
        until: first.at,
        lengthMs: pastMs,
      });
      this.#pasts.set(key, past);
    }
    return past;
  }

  /** The expected number of `n` requests at each duration. */
  expectedDurations(answers: Answers, n: number): Float64Array {
    return this.#model(answers).expected(n);
  }

  /** Whether an alias had weights, and so two versions, at some time in `[from, to)` (ms since the epoch). */
  isSplit(functionName: string, alias: string, from: number, to: number): boolean {
    return isSplitBetween(this.#ports.shares(functionName, alias), from, to);
  }

  /** The expected answers of a version at `at` (ms since the epoch, not in the future). */
  expected(functionName: string, alias: string, version: string, at: number): Expectation {
    const rate = this.#sources.get(functionName)?.get(alias)?.rate ?? 0;
    const share = shareAt(this.#ports.shares(functionName, alias), version, at);
    const { errorRate, latencyMs, latencySpread, bad } = this.#answers(
      functionName,
      alias,
      version,
      share,
      at,
    );
    return {
      errorRate,
      latencyMs,
      latencySpread,
      bad: bad === true,
      share,
      requestsPerMinute: share * requestsPerMinute(rate, at, this.#clock.startedAt),
    };
  }

  /**
   * The time at which users first met a version with behaviour that its scenario declares `bad`: the beginning of the first
   * slot in which the version had a share of the traffic and behaved so; undefined if that has not happened (yet).
   */
  becameBadAt(functionName: string, alias: string, version: string): number | undefined {
    const history = this.#ports.shares(functionName, alias);
    const behaviour = this.#behaviour(functionName, version);
    if (behaviour.bad !== true && behaviour.phases?.some((phase) => phase.bad) !== true) return undefined;
    const released = firstShareAt(history, version);
    if (released === undefined) return undefined;
    const from = Math.max(released, this.#clock.startedAt);
    for (let slot = floorTo(from, SLOT_MS); slot + SLOT_MS <= this.#clock.now(); slot += SLOT_MS) {
      const share = sharesBetween(history, slot, slot + SLOT_MS)[version] ?? 0;
      if (share > 0 && this.#answers(functionName, alias, version, share, slot + SLOT_MS / 2).bad) {
        return Math.max(slot, released);
      }
    }
    return undefined;
  }

  #addSlot(known: AliasMinute, functionName: string, alias: string, rate: Rate, minute: number): void {
    const from = minute + known.slots * SLOT_MS;
    const middle = from + SLOT_MS / 2;
    const expected = (requestsPerMinute(rate, middle, this.#clock.startedAt) * SLOT_MS) / MINUTE_MS;
    const shares = sharesBetween(this.#ports.shares(functionName, alias), from, from + SLOT_MS);
    let requests = known.arrivals.poisson(expected);
    let shareLeft = 0;
    for (const share of Object.values(shares)) shareLeft += share;
    // An alias that exists for half a slot gets half of its requests.
    if (shareLeft < 1 - 1e-9) requests = binomial(known.split, requests, shareLeft);

    for (const version of inOrder(Object.keys(shares))) {
      const share = shares[version] as number;
      if (share <= 0) continue;
      const part = share >= shareLeft - 1e-12 ? requests : binomial(known.split, requests, share / shareLeft);
      requests -= part;
      shareLeft -= share;
      const answers = this.#answers(functionName, alias, version, share, middle);
      this.#version(known, functionName, alias, version, minute).answer(part, answers);
    }
    known.slots += 1;
    for (const version of known.versions) {
      if (version.invocations.length < known.slots) version.answer(0, NO_ANSWERS);
    }
  }

  #version(
    known: AliasMinute,
    functionName: string,
    alias: string,
    version: string,
    minute: number,
  ): VersionMinute {
    const existing = known.versions.find((candidate) => candidate.version === version);
    if (existing !== undefined) return existing;
    const random = this.#random.fork(`${functionName}:${alias}:${version}/${minute}`);
    const added = new VersionMinute(version, minute, random, (answers) => this.#model(answers));
    while (added.invocations.length < known.slots) added.answer(0, NO_ANSWERS);
    known.versions.push(added);
    return added;
  }

  #answers(functionName: string, alias: string, version: string, share: number, at: number): Answers {
    const behaviour = this.#behaviour(functionName, version);
    if (behaviour.phases === undefined) return behaviour;
    const first = firstShareAt(this.#ports.shares(functionName, alias), version) ?? at;
    // A history that begins "always" (-Infinity) has no moment of release to count from.
    const released = Number.isFinite(first) ? first : this.#clock.startedAt;
    return answersAt(behaviour, {
      at,
      sinceStartMs: at - this.#clock.startedAt,
      sinceReleaseMs: at - released,
      share,
      shareOf: (otherFunction, otherAlias, otherVersion) =>
        shareAt(this.#ports.shares(otherFunction, otherAlias), otherVersion, at),
    });
  }

  #behaviour(functionName: string, version: string): Behaviour {
    const key = `${functionName}:${version}`;
    let behaviour = this.#behaviours.get(key);
    if (behaviour === undefined) {
      behaviour = this.#ports.behaviour(functionName, version);
      assertBehaviour(behaviour, key);
      this.#behaviours.set(key, behaviour);
    }
    return behaviour;
  }

  #model(answers: Answers): LatencyModel {
    const key = `${answers.latencyMs}/${answers.latencySpread}`;
    let model = this.#models.get(key);
    if (model === undefined) {
      model = new LatencyModel(answers.latencyMs, answers.latencySpread);
      this.#models.set(key, model);
    }
    return model;
  }
}

const NO_ANSWERS: Answers = { errorRate: 0, latencyMs: 1, latencySpread: 0 };

/** Oldest version first, `$LATEST` last. */
function inOrder(versions: string[]): string[] {
  return versions.length < 2 ? versions : versions.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(version: string): number {
  const number = Number(version);
  return Number.isNaN(number) ? Number.MAX_SAFE_INTEGER : number;
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}
