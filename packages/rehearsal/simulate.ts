import { runCommand } from './run-command.ts';
import { simulateCommand } from './simulation/simulate-command.ts';

await runCommand(simulateCommand);
