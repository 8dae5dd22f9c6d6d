import { InvalidInput } from '../shared/errors.ts';
import { askLedger } from './ask-ledger.ts';
import { CannotDo } from './cannot-do.ts';
import { type Command, parseCommandLine, UsageError, usage } from './command-line.ts';
import { converge } from './converge.ts';
import { mayDeploy } from './may-deploy.ts';
import { pushCatalog } from './push-catalog.ts';
import { tellCoordinator } from './tell-coordinator.ts';
import type { ExitStatus, Terminal } from './terminal.ts';
import { validateCatalog } from './validate-catalog.ts';

/**
 * Runs the command.
 *
 * @param argv the arguments after the command's name
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitStatus> {
  let command: Command | undefined;
  try {
    command = parseCommandLine(argv);
    switch (command.do) {
      case 'help':
        terminal.out(usage);
        return 0;
      case 'validate':
        return await validateCatalog(command, terminal);
      case 'push':
        return await pushCatalog(command, terminal);
      case 'ask':
        return await askLedger(command, terminal);
      case 'tell':
        return await tellCoordinator(command, terminal);
      case 'converge':
        return await converge(command, terminal);
      case 'may-deploy':
        return await mayDeploy(command, terminal);
    }
  } catch (error) {
    const { name, message } = error as Error;
    const isOurs = error instanceof UsageError || error instanceof InvalidInput || error instanceof CannotDo;
    terminal.err(isOurs ? message : `${name}: ${message}`);
    if (error instanceof UsageError) terminal.err('Try: rollback-coordinator --help');
    if (name === 'CredentialsProviderError') terminal.err('Log in to AWS, or set AWS_PROFILE.');
    if (message.includes('Region is missing')) terminal.err('Give --region, or set AWS_REGION.');
    // A pipeline asks these two: an answer that AWS does not give is a no, and no wrong input.
    return !isOurs && (command?.do === 'converge' || command?.do === 'may-deploy') ? 1 : 2;
  }
}
