/** A shell's status for a program that wrote into a pipe without a reader: 128 and the number of SIGPIPE. */
const BROKEN_PIPE = 141;

/**
 * Ends the process quietly when the reader of its output has seen enough, as in `… | head`.
 *
 * The status is never 0: the remaining result of the command is unknown.
 */
export function endWithReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(BROKEN_PIPE);
    });
  }
}
