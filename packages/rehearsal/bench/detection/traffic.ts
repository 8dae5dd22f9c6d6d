import type { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { highestNormalRate, sumHours } from '../../../../shared/judge/sequential/baseline.ts';
import { PoissonTable } from './poisson-table.ts';

/** Minutes of a watch. */
export const watchMinutes = 120;

/** One condition of traffic. */
export interface Cell {
  /** Requests a minute to both versions. */
  readonly perMinute: number;
  /** Share of the new version. */
  readonly share: number;
  /** Rate of bad events of a healthy version. */
  readonly base: number;
}

/** Base of the fault's rate where a healthy version has no bad events at all. */
const rateOfNone = 0.001;

/** Rate of a version that is `ratio` times as bad; where a healthy version has no bad events, `ratio` times 0.1 %. */
export function badRate({ base }: Cell, ratio: number): number {
  return ratio * (base === 0 ? rateOfNone : base);
}

/** The sixty conditions: requests a minute, share of the new version, rate of bad events. */
export const cells: readonly Cell[] = [6, 60, 600, 6_000, 60_000].flatMap((perMinute) =>
  [0.05, 0.1, 0.5].flatMap((share) => [0, 0.0001, 0.001, 0.01].map((base) => ({ perMinute, share, base }))),
);

/** Factors of a fault; only those that let at least half of the requests succeed are used. */
export const faultRatios = [2, 5, 20, 500] as const;

/** A cell with a fault. */
export interface FaultCell extends Cell {
  readonly ratio: number;
}

/** Every cell with every fault that is possible in it. */
export const faultCells: readonly FaultCell[] = cells.flatMap((cell) =>
  faultRatios.filter((ratio) => badRate(cell, ratio) <= 0.5).map((ratio) => ({ ...cell, ratio })),
);

/** The minutes of one deployment; reused for each deployment. */
export class Minutes {
  readonly requests = new Float64Array(watchMinutes);
  readonly bad = new Float64Array(watchMinutes);
  readonly controlRequests = new Float64Array(watchMinutes);
  readonly controlBad = new Float64Array(watchMinutes);
}

/** Counts of a minute with given rates: good and bad requests of both versions, each its own Poisson stream. */
export class MinuteTraffic {
  readonly #good: PoissonTable;
  readonly #bad: PoissonTable;
  readonly #controlGood: PoissonTable;
  readonly #controlBad: PoissonTable;

  constructor({ perMinute, share }: Cell, rate: number, controlRate: number) {
    this.#good = new PoissonTable(perMinute * share * (1 - rate));
    this.#bad = new PoissonTable(perMinute * share * rate);
    this.#controlGood = new PoissonTable(perMinute * (1 - share) * (1 - controlRate));
    this.#controlBad = new PoissonTable(perMinute * (1 - share) * controlRate);
  }

  /** Draws the minutes from `from` on, before `to`. */
  draw(minutes: Minutes, random: SeededRandom, from = 0, to = watchMinutes): void {
    for (let k = from; k < to; k += 1) {
      const bad = this.#bad.draw(random);
      const controlBad = this.#controlBad.draw(random);
      minutes.requests[k] = this.#good.draw(random) + bad;
      minutes.bad[k] = bad;
      minutes.controlRequests[k] = this.#controlGood.draw(random) + controlBad;
      minutes.controlBad[k] = controlBad;
    }
  }
}

/** The expected normal of a service with steady traffic over the 63 days that CloudWatch keeps. */
export function steadyNormal({ perMinute, base }: Cell): {
  readonly rate: number;
  readonly clustering: number;
} {
  const requests = perMinute * 60;
  const hours = Array.from({ length: 63 * 24 }, () => ({ requests, bad: requests * base }));
  return { rate: highestNormalRate(sumHours(hours)), clustering: 1 };
}

/** The name of a cell in tables. */
export function nameOf({ perMinute, share, base }: Cell): string {
  return `${perMinute.toLocaleString('en-US')}/min, ${share * 100} %, base ${Number((base * 100).toPrecision(3))} %`;
}
