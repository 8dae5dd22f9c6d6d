import { parseArgs } from 'node:util';
import { UsageError } from '../rehearsal/command-line.ts';

/** What the command line asks for. */
export type SimulateCommand =
  | { readonly do: 'help' }
  | {
      readonly do: 'sweep';
      readonly runs: number;
      readonly seed: number;
      readonly scenario: string | undefined;
      readonly json: string | undefined;
      readonly coverage: boolean;
      readonly workers: number | undefined;
    }
  | { readonly do: 'replay'; readonly seed: number; readonly scenario: string | undefined }
  | { readonly do: 'case'; readonly file: string };

/** Reads the arguments. @throws UsageError */
export function parseSimulateCommand(argv: readonly string[]): SimulateCommand {
  const { values } = parse(argv);
  if (values.help) return { do: 'help' };
  if (values.case !== undefined) return { do: 'case', file: values.case };
  const { scenario } = values;
  if (values.replay !== undefined) return { do: 'replay', seed: whole('replay', values.replay, 0), scenario };
  return {
    do: 'sweep',
    runs: whole('runs', values.runs ?? '200', 1),
    seed: whole('seed', values.seed ?? '1', 0),
    scenario,
    json: values.json,
    coverage: values.coverage ?? false,
    workers: values.workers === undefined ? undefined : whole('workers', values.workers, 1),
  };
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        runs: text,
        seed: text,
        scenario: text,
        json: text,
        replay: text,
        case: text,
        workers: text,
        coverage: flag,
        help: { ...flag, short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} takes a whole number from ${least}, not "${text}"`);
}
