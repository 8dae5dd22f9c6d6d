import { parseCommandLine } from '../../cli/command-line.ts';
import { readAwsCall } from './aws-cli.ts';
import { commandsOf, strayCommands } from './commands-of.ts';
import { formErrors, installedShells, type Pasted, paste, type Shell } from './terminal.ts';

const shells = installedShells();
const isRead = (operation: string) => /^(get|describe|list)-/.test(operation);
/** Of many scenarios the same commands come again and again. */
const checked = new Map<string, readonly string[]>();

/**
 * What is wrong with the commands of a mail, in words: each is pasted into every shell of this machine. It has to end
 * well, to call what exists with what it takes, in a Region, and to write nothing where its reads fail.
 */
export function problemsOfCommands(body: string): string[] {
  return [
    ...strayCommands(body).map((line) => `looks like a command: ${line}`),
    ...commandsOf(body).flatMap(problemsOfCommand),
  ];
}

/** The same of one command. */
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

/** In a script every shell takes a comment; at its prompt zsh takes `#` for a word. */
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
