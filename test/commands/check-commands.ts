import { parseCommandLine } from '../../cli/command-line.ts';
import { readAwsCall } from './aws-cli.ts';
import { commandsOf, strayCommands } from './commands-of.ts';
import { formErrors, installedShells, type Pasted, paste, type Shell } from './terminal.ts';

const shells = installedShells();
const isRead = (operation: string) => /^(get|describe|list)-/.test(operation);
/** Many scenarios have the same commands. */
const checked = new Map<string, readonly string[]>();

/**
 * The problems of a mail's commands, in words: each command is pasted into every shell of this machine. It must end well,
 * call only existing programs with valid arguments, in a Region, and write nothing where its reads fail.
 */
export function problemsOfCommands(body: string): string[] {
  return [
    ...strayCommands(body).map((line) => `looks like a command: ${line}`),
    ...commandsOf(body).flatMap(problemsOfCommand),
  ];
}

/** The problems of one command. */
export function problemsOfCommand(command: string): readonly string[] {
  const known = checked.get(command);
  if (known) return known;
  const found = shells.flatMap((shell) => problemsOf(shell, command));
  checked.set(command, found);
  return found;
}

function problemsOf(shell: Shell, command: string): string[] {
  const pasted = paste(shell, command);
  const withoutReads = paste(shell, command, { readsFail: true });
  const reads = pasted.calls.some(({ words: [, operation = ''] }) => isRead(operation));
  const written = withoutReads.calls.filter(({ words: [, operation = ''] }) => !isRead(operation));
  return [
    formErrors(shell, command),
    hasComment(command) ? 'has a comment' : '',
    pasted.status === 0 ? '' : `ends with ${pasted.status}`,
    pasted.errors,
    ...pasted.files.map((file) => `leaves ${file}`),
    pasted.calls.length === 0 ? 'calls nothing' : '',
    ...problemsOfCalls(pasted),
    reads && written.length > 0 ? `writes although its read failed: ${written[0]?.words.join(' ')}` : '',
  ]
    .filter((problem) => problem !== '')
    .map((problem) => `${shell}: ${command}: ${problem}`);
}

/** In a script every shell accepts a comment; at its prompt zsh reads `#` as a word. */
function hasComment(command: string): boolean {
  return /(^|\s)#/.test(command.replaceAll(/'[^']*'|"[^"]*"|\\'/g, 'quoted'));
}

function problemsOfCalls({ calls }: Pasted): string[] {
  return calls.flatMap(({ program, words, input }) => {
    if (program === 'rollback-coordinator') return problemsOfCoordinator(words);
    const { region, problems } = readAwsCall(words, input);
    return region ? problems : [...problems, 'has no --region'];
  });
}

function problemsOfCoordinator(words: readonly string[]): string[] {
  try {
    parseCommandLine(words);
  } catch (error) {
    return [(error as Error).message];
  }
  return ['--environment', '--region']
    .filter((name) => !words.includes(name))
    .map((name) => `has no ${name}`);
}
