import { fileURLToPath } from 'node:url';
import { endWithReader } from '../../cli/end-with-reader.ts';

/** The output streams and working folder of a command. */
interface Terminal {
  out(line: string): void;
  err(line: string): void;
  /** Columns of a line. */
  readonly width: number;
  /** Folder of the project. */
  readonly root: string;
}

/** Runs a command of the rehearsal with this process's arguments and terminal, and sets the exit status. */
export async function runCommand(
  command: (argv: string[], terminal: Terminal) => Promise<number>,
): Promise<void> {
  // The SDK warns about Node.js versions that it will soon drop; no call here reaches AWS.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  endWithReader();
  process.exitCode = await command(process.argv.slice(2), {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    width: process.stdout.columns ?? 200,
    root: fileURLToPath(new URL('../..', import.meta.url)),
  });
}
