import type { Aliases } from '../aws/aliases.ts';
import type { Deployments } from '../aws/deployments.ts';
import { nextShift } from '../aws/traffic-routing.ts';
import { limitConcurrency } from '../limit-concurrency.ts';
import type { AliasTraffic, UsersMeet, WatchedAlias } from './users-meet.ts';

export interface TrafficReaderDeps {
  readonly aliases: Pick<Aliases, 'find'>;
  readonly deployments: Pick<Deployments, 'shiftsOf'>;
  readonly now: () => number;
}

/** Aliases read for one mail: a rollback of a thousand services does not wait for its mail. */
const mostRead = 20;
const atOnce = 5;

/** Reads the traffic of users when a mail is written. */
export class TrafficReader {
  readonly #deps: TrafficReaderDeps;

  constructor(deps: TrafficReaderDeps) {
    this.#deps = deps;
  }

  /** Reads the first of some aliases. An alias that cannot be read is marked so: no mail is lost because of it. */
  async read(watched: readonly WatchedAlias[]): Promise<UsersMeet> {
    const limited = limitConcurrency(atOnce);
    const aliases = await Promise.all(
      watched.slice(0, mostRead).map((one) => limited(() => this.#trafficOf(one))),
    );
    return {
      readAt: this.#deps.now(),
      aliases: await this.#withNextShifts(aliases),
      notRead: Math.max(0, watched.length - mostRead),
    };
  }

  async #trafficOf(one: WatchedAlias): Promise<AliasTraffic> {
    try {
      return { ...one, state: await this.#deps.aliases.find(one.function, one.alias) };
    } catch (error) {
      return { ...one, state: undefined, unread: (error as Error).name };
    }
  }

  /** Only an alias that splits its traffic is being shifted. */
  async #withNextShifts(aliases: readonly AliasTraffic[]): Promise<AliasTraffic[]> {
    const isSplit = ({ state, newVersion }: AliasTraffic) => newVersion in (state?.weights ?? {});
    const ids = aliases.flatMap((one) => (isSplit(one) && one.deploymentId) || []);
    const shifts = await this.#deps.deployments.shiftsOf(ids).catch(() => undefined);
    return aliases.map((one) => {
      if (!isSplit(one) || one.deploymentId === undefined || one.servedFrom === undefined) return one;
      const next = nextShift(shifts?.get(one.deploymentId), Date.parse(one.servedFrom), this.#deps.now());
      return next ? { ...one, nextShift: next } : one;
    });
  }
}
