import { runCommand } from './run-command.ts';
import { worstCaseCommand } from './worst-case/worst-case-command.ts';

await runCommand(worstCaseCommand);
