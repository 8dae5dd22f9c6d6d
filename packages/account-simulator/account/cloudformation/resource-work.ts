import type { Timer, VirtualClock } from '../../clock/virtual-clock.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import { AwsError } from '../service.ts';
import type { Created, Ongoing, ResourceChange, ResourceProvider } from './resource-provider.ts';
import type { ResourceFault, StackResource } from './stack.ts';

/** The result of a creation or change. */
export type WorkResult =
  | { readonly ok: true; readonly created?: Created }
  | { readonly ok: false; readonly reason: string };

/** The creation or change of one resource: it takes its time, takes effect, and ends, or is cancelled before that. */
export class ResourceWork {
  readonly #clock: VirtualClock;
  readonly #onEnd: (result: WorkResult) => void;
  #timer: Timer | undefined;
  #ongoing: Ongoing | undefined;
  #over = false;

  /**
   * @param from the resource to change; absent to create it
   * @param fault the failure to play at the end of the work
   */
  constructor(
    clock: VirtualClock,
    random: SeededRandom,
    provider: ResourceProvider,
    change: ResourceChange,
    from: StackResource | undefined,
    fault: ResourceFault | undefined,
    onEnd: (result: WorkResult) => void,
  ) {
    this.#clock = clock;
    this.#onEnd = onEnd;
    const [low, high] = provider.seconds;
    this.#timer = clock.after(random.integer(low * 1000, high * 1000), () => {
      this.#timer = undefined;
      if (!fault || fault.takesEffect) this.#effect(provider, change, from, fault?.reason);
      else this.#end({ ok: false, reason: fault.reason });
    });
  }

  /** Drops the work: its end is never reported. An ongoing change, such as a traffic shift, is asked to undo itself. */
  cancel(): void {
    this.#over = true;
    if (this.#timer) this.#clock.cancel(this.#timer);
    this.#ongoing?.cancel();
  }

  #effect(
    provider: ResourceProvider,
    change: ResourceChange,
    from: StackResource | undefined,
    reason: string | undefined,
  ): void {
    const done = (created?: Created): WorkResult =>
      reason === undefined ? { ok: true, ...(created && { created }) } : { ok: false, reason };
    try {
      if (!from) {
        this.#end(done(provider.create(change)));
        return;
      }
      this.#ongoing = provider.update(change, from);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      this.#end({ ok: false, reason: error.message });
      return;
    }
    if (!this.#ongoing) this.#end(done());
    else {
      this.#ongoing.onEnd((failure) =>
        this.#end(failure === undefined ? done() : { ok: false, reason: failure }),
      );
    }
  }

  #end(result: WorkResult): void {
    if (this.#over) return;
    this.#over = true;
    this.#onEnd(result);
  }
}
