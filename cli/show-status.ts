import { build } from '../functions/operate/query-ledger/handler.ts';
import type { CoordinatorStatus } from '../shared/queries/coordinator-status.ts';
import type { Answer } from './answers.ts';
import { CannotDo } from './cannot-do.ts';
import type { Call } from './command-spec.ts';
import { findCoordinator, runtimeOf } from './find-coordinator.ts';
import { fitLines, fitScreen } from './layout.ts';
import { placeFlags } from './place-flags.ts';
import { renderStatus } from './render-status.ts';
import type { ExitStatus, Terminal } from './terminal.ts';

/** Moves to the top of the screen and clears it. */
const clear = '\u001b[H\u001b[2J\u001b[3J';

/** Shows everything in progress: once, or repeatedly until the person ends it. */
export async function showStatus(call: Call, terminal: Terminal): Promise<ExitStatus> {
  const { watch, every = '10' } = call.options;
  const ask = build(runtimeOf(await findCoordinator(call.place, terminal), terminal));
  if (!watch) {
    show(await status());
    return 0;
  }
  for (;;) {
    try {
      show(await status());
    } catch (error) {
      // A person who watches at night wants to see the next answer, not the last error.
      const { name, message } = error as Error;
      terminal.err(`${name}: ${message}. Asking again in ${every} s.`);
    }
    await terminal.sleep(Number(every) * 1000);
  }

  async function status(): Promise<CoordinatorStatus> {
    const answer = await ask({ query: 'status' });
    if ('status' in answer) return answer.status;
    throw new CannotDo('The coordinator gave another answer than its status.');
  }

  function show(found: CoordinatorStatus): void {
    if (call.json) {
      const answer: Answer<'status'> = { status: found };
      // One line for each look, so that a program can read them as they arrive.
      terminal.out(watch ? JSON.stringify(answer) : JSON.stringify(answer, null, 2));
      return;
    }
    const lines = fitLines(renderStatus(found, call, terminal), terminal);
    const isScreen = terminal.columns !== undefined;
    const all = `rollback-coordinator status${placeFlags(call)}`;
    if (watch && isScreen) terminal.out(`${clear}${fitScreen(lines, all, terminal).join('\n')}`);
    else for (const line of watch ? [...lines, ''] : lines) terminal.out(line);
  }
}
