import type { Screen } from './layout.ts';

/** What is to be known of a stream: standard output, for example. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** How large a stream is now and whether it shows colours (https://no-color.org). A pipe and a file have neither. */
export function screenOf(stream: ScreenStream, env: Readonly<Record<string, string | undefined>>): Screen {
  if (!stream.isTTY) return {};
  return {
    // Asked each time: a person may make the window larger while something is watched.
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    hasColours: !env.NO_COLOR && env.TERM !== 'dumb',
  };
}
