import { coverageCommand } from './coverage/coverage-command.ts';
import { runCommand } from './run-command.ts';

await runCommand(coverageCommand);
