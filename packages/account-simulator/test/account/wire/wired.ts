import type { Caller, SimulatedService } from '../../../account/service.ts';
import { Wire } from '../../../account/wire/wire.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

/** The caller of every test that does not name its own. */
export const CALLER: Caller = { principal: 'arn:aws:iam::111122223333:role/tester' };

/** The account of every test. */
export const ACCOUNT = { accountId: '111122223333', region: 'us-east-1' };

/** Any SDK client, for tests that look at outputs by their members. */
export interface AnyClient {
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own input and output.
  send(command: any, ...rest: any[]): Promise<any>;
}

/** A virtual clock and everything made from it; uninstall the clock when the test is over. */
export class Bench {
  readonly clock = VirtualClock.install('2026-10-01T00:00:00Z');
  readonly random: SeededRandom;

  constructor(seed: number | string = 1) {
    this.random = new SeededRandom(seed);
  }

  wire(services: Readonly<Record<string, SimulatedService>>): Wire {
    return new Wire({ clock: this.clock, random: this.random, services });
  }

  /** Lets virtual time pass until `work` has settled. */
  async settle<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    work.then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    const end = await this.clock.run(() => settled);
    if (end !== 'done') throw new Error(`the clock is ${end} but the work has not settled`);
    return work;
  }

  /** The error with which `work` ends. */
  async refusal(work: Promise<unknown>): Promise<Error & Record<string, unknown>> {
    try {
      await this.settle(work);
    } catch (error) {
      return error as Error & Record<string, unknown>;
    }
    throw new Error('expected the call to be refused');
  }
}
