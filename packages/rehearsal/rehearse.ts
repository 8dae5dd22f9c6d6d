import { rehearseCommand } from './command/rehearse-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(rehearseCommand);
