import type { Stacks } from '../shared/aws/stacks.ts';
import { TargetLeft, TargetNotRestored, TargetSuperseded } from '../shared/errors.ts';
import type { StackChange } from '../shared/stack/change-set.ts';
import { stackToken } from '../shared/targets/rollback-marker.ts';
import type { StackChangeStep, TargetAdapter, TargetContext } from '../shared/targets/target-adapter.ts';
import type { Converge } from './converge.ts';
import { fitLines, within } from './layout.ts';
import { renderChanges } from './render-changes.ts';
import type { Terminal } from './terminal.ts';

/** The part of a stack that is restored. */
export type PartName = 'pin' | 'rest';

/** The result of a stack's pin or rest. */
export interface ConvergedPart {
  readonly stack: string;
  readonly part: PartName;
  /** `shown` by a dry run; `declined` by the person; `refused` because of a finding, or failed. */
  readonly result: 'done' | 'nothing-to-do' | 'shown' | 'declined' | 'refused';
  readonly detail: string;
  /** The changes of its change set; empty if none was read. */
  readonly changes: readonly StackChange[];
}

/** Dependencies of converging a part. */
export interface ConvergePartDeps<Plan> {
  readonly target: TargetAdapter<Plan>;
  readonly stacks: Stacks;
  readonly terminal: Terminal;
  readonly command: Pick<Converge, 'service' | 'dryRun' | 'yes' | 'json'>;
  readonly context: Omit<TargetContext, 'now'>;
  /** The reason why nothing may be changed now; undefined if changes are allowed. */
  readonly objection: () => Promise<string | undefined>;
}

/** Stops the work; the message says why. */
class Stopped extends Error {
  readonly result: 'shown' | 'declined' | 'refused';

  constructor(result: Stopped['result'], message: string) {
    super(message);
    this.result = result;
  }
}

/**
 * The coordinator's own deadline for a stack: its slowest resource may be a database, and its rollback triggers are watched
 * for up to three hours after that.
 */
const deadlineMs = 6 * 60 * 60_000;

/** Questions for the steps that bring a stack to rest before its change set can be made. */
const questions: Partial<Record<StackChangeStep, string>> = {
  cancel: 'Cancel its update?',
  point: 'Point it back?',
  rollback: 'Roll the stack back?',
  continue: 'Continue the rollback of the stack?',
  skip: 'Continue the rollback of the stack without these resources?',
};

/** Restores a part of a stack as the coordinator does, but asks a person before anything changes. */
export async function convergePart<Plan extends { readonly stack: string }>(
  part: PartName,
  plan: Plan,
  { target, stacks, terminal, command, context, objection }: ConvergePartDeps<Plan>,
): Promise<ConvergedPart> {
  const { stack } = plan;
  const changeSet = stackToken(context.incidentId, context.attempt, part);
  const began = terminal.now();
  let changes: readonly StackChange[] | undefined;
  /** Whether the person agreed to the change set. */
  let agreed = false;
  /** Whether any change was permitted. */
  let acted = false;
  let executed = false;
  let told = '';

  try {
    for (;;) {
      const standing = await target.start(plan, { ...contextNow(), beforeChange });
      if (standing.is === 'restored') return end(acted ? 'done' : 'nothing-to-do', standing.detail);
      if (standing.detail !== told) say(`  ${standing.detail}`);
      told = standing.detail;
      const elapsed = terminal.now() - began;
      if (elapsed > deadlineMs) {
        return end('refused', `It did not end within ${deadlineMs / 60_000} min: ${standing.detail}`);
      }
      await terminal.sleep(Math.min(60_000, Math.max(3000, elapsed / 4)));
    }
  } catch (error) {
    if (error instanceof Stopped) return end(error.result, error.message);
    if (!isRefusal(error)) throw error;
    await showChanges();
    return end('refused', `${error.message} ${adviceOn(part, error, command.service)}`);
  } finally {
    await cleanUp();
  }

  function contextNow(): TargetContext {
    return { ...context, now: terminal.now() };
  }

  async function beforeChange(step?: StackChangeStep): Promise<void> {
    await refuseWhileLocked();
    if (step === 'make' || step === 'drop') {
      // A new change set may have other changes.
      changes = undefined;
      agreed = false;
      return;
    }
    if (step === 'execute' || step === 'update') {
      await showChanges();
      if (command.dryRun) throw new Stopped('shown', `The ${part} of stack ${stack} would change this.`);
      if (!agreed) await ask('Apply?');
      agreed = true;
      executed = step === 'execute';
      return;
    }
    // While a stack is moving, an alias that it moves onto undone code is pointed back without a further question.
    if (step === 'point' && agreed) return;
    const { detail } = await target.read(plan, contextNow());
    if (command.dryRun) {
      throw new Stopped(
        'refused',
        `${detail}. A change set can be made when this is mended; a dry run does not.`,
      );
    }
    say(`  ${detail}`);
    await ask(questions[step ?? 'rollback'] ?? 'Go on?');
  }

  async function ask(question: string): Promise<void> {
    acted = command.yes || /^y(es)?$/i.test((await terminal.ask(`${question} [y/N] `)).trim());
    if (!acted) throw new Stopped('declined', `You did not agree: the ${part} of stack ${stack} is left.`);
    // A person takes time to answer.
    await refuseWhileLocked();
  }

  async function refuseWhileLocked(): Promise<void> {
    const why = await objection();
    if (why !== undefined) throw new Stopped('refused', why);
  }

  /** Shows the change set once, if there is one. */
  async function showChanges(): Promise<void> {
    if (changes) return;
    const found = await stacks.changeSet(stack, changeSet);
    if (found?.is !== 'ready') return;
    changes = found.changes;
    say(`The ${part} of stack ${stack} changes:`);
    for (const line of renderChanges(changes, within(terminal, 2))) say(`  ${line}`);
  }

  /** An executed change set is gone; any other would be left behind. */
  async function cleanUp(): Promise<void> {
    if (executed) return;
    try {
      await stacks.deleteChangeSet(stack, changeSet);
    } catch (error) {
      terminal.err(
        `The change set ${changeSet} of stack ${stack} could not be deleted: ${(error as Error).message}`,
      );
    }
  }

  function say(line: string): void {
    if (!command.json) for (const part of fitLines([line], terminal)) terminal.out(part);
  }

  function end(result: ConvergedPart['result'], detail: string): ConvergedPart {
    const sentence = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}`.replace(/[^.]$/, '$&.');
    say(sentence);
    return { stack, part, result, detail: sentence, changes: changes ?? [] };
  }
}

function isRefusal(error: unknown): error is TargetLeft | TargetNotRestored | TargetSuperseded {
  return (
    error instanceof TargetLeft || error instanceof TargetNotRestored || error instanceof TargetSuperseded
  );
}

/** The person's alternatives. */
function adviceOn(part: PartName, error: Error, service: string): string {
  if (error instanceof TargetSuperseded) {
    return `Ask rollback-coordinator may-deploy ${service} whether anything is left to do.`;
  }
  if (error instanceof TargetNotRestored) return 'Mend the cause, then run this again.';
  return part === 'pin'
    ? 'Do not deploy yet. Mend the cause and run this again, or update the stack by hand: give each alias the number of ' +
        'the version that users are on, and change nothing else.'
    : 'Deploy the code you want with a template that keeps what holds data as it is.';
}
