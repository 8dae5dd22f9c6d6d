import { rehearseCommand } from './rehearsal/rehearse-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(rehearseCommand);
