import { flag, readOptions, text, wholeNumber } from '../run/read-options.ts';

/** The parsed command line. */
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

const options = {
  runs: text,
  seed: text,
  scenario: text,
  json: text,
  replay: text,
  case: text,
  workers: text,
  coverage: flag,
};

/** Reads the arguments. @throws UsageError */
export function parseSimulateCommand(argv: readonly string[]): SimulateCommand {
  const { values } = readOptions(argv, options);
  if (values.help) return { do: 'help' };
  if (values.case !== undefined) return { do: 'case', file: values.case };
  const { scenario } = values;
  if (values.replay !== undefined)
    return { do: 'replay', seed: wholeNumber('replay', values.replay, 0), scenario };
  return {
    do: 'sweep',
    runs: wholeNumber('runs', values.runs ?? '200', 1),
    seed: wholeNumber('seed', values.seed ?? '1', 0),
    scenario,
    json: values.json,
    coverage: values.coverage ?? false,
    workers: values.workers === undefined ? undefined : wholeNumber('workers', values.workers, 1),
  };
}
