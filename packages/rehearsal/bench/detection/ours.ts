import { onsetWeight, ratios } from '../../../../shared/judge/sequential/evidence-path.ts';
import { condemns, leans } from '../../../../shared/judge/sequential/thresholds.ts';
import { type Minutes, watchMinutes } from './traffic.ts';

/** The fast judge's knowledge of the service. */
export interface OursOptions {
  /** Normal rate and clustering; without them, only *compared* is used. */
  readonly normal?: { readonly rate: number; readonly clustering: number };
  /** Without it, every hypothesis begins in the first minute. */
  readonly mixesOnsets?: boolean;
  /** Weight of the metric among all metrics. */
  readonly weight?: number;
}

const { length } = ratios;

/**
 * The judge's tests of one metric while traffic is split, in typed arrays and without logarithms of sums: millions of
 * deployments in minutes. A test and every run of the bench compare it with the judge itself.
 */
export class FastJudge {
  readonly #onset = Float64Array.from({ length: watchMinutes }, (_, k) => onsetWeight(k));
  readonly #logRatios = Float64Array.from(ratios, Math.log);
  readonly #open = new Float64Array(length);
  readonly #perBad = new Float64Array(length);
  readonly #perGood = new Float64Array(length);
  readonly #compared = new Float64Array(watchMinutes);
  readonly #hasNormal: boolean;
  readonly #needed: number;

  constructor({ normal, mixesOnsets = true, weight = 1 }: OursOptions) {
    this.#needed = condemns / weight;
    this.#hasNormal = normal !== undefined;
    if (!mixesOnsets) this.#onset = Float64Array.from({ length: watchMinutes }, (_, k) => (k === 0 ? 1 : 0));
    if (normal === undefined) return;
    const { rate, clustering } = normal;
    ratios.forEach((ratio, r) => {
      const worse = Math.min(ratio * rate, (1 + rate) / 2);
      this.#perBad[r] = Math.log(worse / rate) / clustering;
      this.#perGood[r] = Math.log((1 - worse) / (1 - rate)) / clustering;
    });
  }

  /** The minute after which the deployment is condemned, from 1; 0 for never. */
  condemnedAt(minutes: Minutes, length = watchMinutes): number {
    const first = this.#comparedPath(minutes, length);
    if (!this.#hasNormal) return first;
    const until = first === 0 ? length : first - 1;
    const lean = this.#compared.findIndex((value, k) => k < until && value >= leans);
    if (lean < 0) return first;
    return this.#againstFrom(minutes, lean, until) || first;
  }

  #comparedPath({ requests, bad, controlRequests, controlBad }: Minutes, length: number): number {
    const open = this.#open.fill(0);
    let notBegun = 1;
    let last = 1;
    for (let k = 0; k < length; k += 1) {
      const weight = this.#onset[k] as number;
      const n = requests[k] as number;
      const m = controlRequests[k] as number;
      const own = bad[k] as number;
      const all = own + (controlBad[k] as number);
      notBegun -= weight;
      if (n === 0 || m === 0 || all === 0) {
        // Nothing is learned from this minute: weight moves from future onsets to the open hypotheses.
        for (let r = 0; r < ratios.length; r += 1) open[r] = (open[r] as number) + weight;
        this.#compared[k] = last;
        continue;
      }
      const share = n / (n + m);
      let sum = 0;
      for (let r = 0; r < ratios.length; r += 1) {
        const log =
          own * (this.#logRatios[r] as number) - all * Math.log(1 + ((ratios[r] as number) - 1) * share);
        const value = ((open[r] as number) + weight) * Math.exp(log);
        open[r] = value;
        sum += value;
      }
      last = notBegun + sum / ratios.length;
      this.#compared[k] = last;
      if (last >= this.#needed) return k + 1;
    }
    return 0;
  }

  /** The first minute from `lean` on, before `until`, in which *against* condemns. */
  #againstFrom({ requests, bad }: Minutes, lean: number, until: number): number {
    const open = this.#open.fill(0);
    let notBegun = 1;
    for (let k = 0; k < until; k += 1) {
      const weight = this.#onset[k] as number;
      const own = bad[k] as number;
      const good = (requests[k] as number) - own;
      notBegun -= weight;
      let sum = 0;
      for (let r = 0; r < ratios.length; r += 1) {
        const log = own * (this.#perBad[r] as number) + good * (this.#perGood[r] as number);
        const value = ((open[r] as number) + weight) * Math.exp(log);
        open[r] = value;
        sum += value;
      }
      if (k >= lean && notBegun + sum / ratios.length >= this.#needed) return k + 1;
    }
    return 0;
  }
}
