import { loadAllCommands } from '../../cli/command-table.ts';
import type { Terminal } from '../../cli/terminal.ts';
import type { Attach, AttachedRun } from '../../packages/rehearsal/run/attachment.ts';
import { runCommand } from '../cli/run-command.ts';

// Virtual time does not wait for a module that is being loaded.
await loadAllCommands();

/** The name of the stack under which {@link showCoordinator} presents the coordinator. */
export const coordinatorStackName = 'coordinator';

/** A command, the time at which it is typed, and the person's answers to its questions. */
export interface TypedCommand {
  /** ms after the beginning of the scenario */
  readonly at: number;
  readonly argv: readonly string[];
  readonly answer?: string;
  readonly columns?: number;
}

/** A typed command, with its result. */
export interface Run {
  readonly argv: string;
  readonly columns?: number | undefined;
  readonly status: number;
  readonly text: string;
}

/**
 * Creates a stack with the outputs of the coordinator's template, which the simulated account deploys without a stack.
 *
 * @param name of the stack
 */
export function showCoordinator(
  { account, stack }: AttachedRun['coordinator'],
  name = coordinatorStackName,
): void {
  account.cloudFormation.createStackNow(
    name,
    JSON.stringify({
      Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
      Outputs: Object.fromEntries(Object.entries(stack.outputs).map(([name, Value]) => [name, { Value }])),
    }),
  );
}

/**
 * A terminal of a person with all permissions in the account.
 *
 * @param aheadMs offset by which its clock is ahead
 */
export function terminalOf(
  { coordinator, clock }: Pick<AttachedRun, 'coordinator' | 'clock'>,
  lines: string[],
  { answer = 'y', columns }: Pick<TypedCommand, 'answer' | 'columns'> = {},
  aheadMs = 0,
): Terminal {
  return {
    out: (line) => lines.push(line),
    err: (line) => lines.push(line),
    now: () => clock.now() + aheadMs,
    sleep: (ms) => clock.sleep(ms),
    ask: async () => answer,
    clientConfig: coordinator.account.wire.clientConfig({ principal: 'ada' }),
    columns,
  };
}

/** Types commands at their times, commands of the same time one after the other. */
export function typing(commands: readonly TypedCommand[], runs: Run[]): Attach {
  return (run) => {
    const { coordinator, clock, scenario } = run;
    showCoordinator(coordinator);
    let before: Promise<void> = Promise.resolve();
    for (const command of commands) {
      clock.at(Date.parse(scenario.start) + command.at, () => {
        before = before.then(async () => {
          const lines: string[] = [];
          const argv = [...command.argv, '--stack', coordinatorStackName];
          const status = await runCommand(argv, terminalOf(run, lines, command));
          runs.push({
            argv: command.argv.join(' '),
            columns: command.columns,
            status,
            text: lines.join('\n'),
          });
        });
        return before;
      });
    }
    return { isOver: () => runs.length === commands.length };
  };
}
