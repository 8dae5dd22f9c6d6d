import { InvalidInput } from '../shared/errors.ts';
import { CannotDo } from './cannot-do.ts';
import { parseCommandLine, UsageError } from './command-line.ts';
import type { CommandSpec } from './command-spec.ts';
import { commands } from './command-table.ts';
import { helpOf, overview } from './help.ts';
import type { ExitStatus, Terminal } from './terminal.ts';
import { version } from './version.ts';

/** The commands that need no account. */
function locals(): string {
  return commands
    .filter(({ where }) => where === 'local')
    .map(({ name }) => name)
    .join(', ');
}

/**
 * Runs the command.
 *
 * @param argv the arguments after the command's name
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  let command: CommandSpec | undefined;
  try {
    const line = parseCommandLine(argv);
    if (line.do === 'version') {
      terminal.out(version());
      return 0;
    }
    if (line.do === 'help') {
      for (const text of line.of ? helpOf(line.of, terminal) : overview(terminal)) terminal.out(text);
      return 0;
    }
    command = line.command;
    return await command.run(line.call, terminal);
  } catch (error) {
    const { name, message } = error as Error;
    const isOurs = error instanceof UsageError || error instanceof InvalidInput || error instanceof CannotDo;
    terminal.err(isOurs ? message : `${name}: ${message}`);
    if (error instanceof UsageError) {
      const of = error.command ? `${error.command.name} ` : '';
      terminal.err(`Try: rollback-coordinator ${of}--help`);
    }
    if (name === 'CredentialsProviderError') terminal.err('Log in to AWS, or set AWS_PROFILE.');
    if (message.includes('Region is missing'))
      terminal.err(`Give --region, or set AWS_REGION. Only these need none: ${locals()}.`);
    return !isOurs && command?.failsAsNo ? 1 : 2;
  }
}
