import type { Screen } from './layout.ts';

/** The properties of a stream such as standard output. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** The current size of a stream and whether it shows colours (https://no-color.org). A pipe and a file have neither. */
export function screenOf(stream: ScreenStream, env: Readonly<Record<string, string | undefined>>): Screen {
  if (!stream.isTTY) return {};
  return {
    // Read each time: a person may enlarge the window during a watch.
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    hasColours: !env.NO_COLOR && env.TERM !== 'dumb',
  };
}
