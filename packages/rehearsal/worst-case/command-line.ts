import { availableParallelism } from 'node:os';
import { UsageError } from '../command/command-line.ts';
import { flag, readOptions, text, wholeNumber } from '../run/read-options.ts';
import {
  type AccountSettingName,
  accountSettings,
  type NamedSettings,
  settingNames,
} from '../scenario/scenario-account.ts';

/** The parsed command line. */
export type WorstCaseCommand =
  | { readonly do: 'help' }
  | {
      readonly do: 'all';
      /** Names of scenarios; undefined means all. */
      readonly scenarios: readonly string[] | undefined;
      /** The settings to try; undefined means all. */
      readonly settings: readonly AccountSettingName[] | undefined;
      readonly workers: number;
      readonly json: string | undefined;
      readonly write: boolean;
      /** Each value once per scenario, and no pairs. */
      readonly brief: boolean;
    }
  | { readonly do: 'only'; readonly scenario: string; readonly settings: NamedSettings };

const options = {
  scenarios: text,
  setting: text,
  only: text,
  workers: text,
  json: text,
  write: flag,
  brief: flag,
};

/** Reads the arguments. @throws UsageError */
export function parseWorstCaseCommand(argv: readonly string[]): WorstCaseCommand {
  const { values, positionals } = readOptions(argv, options, { allowPositionals: true });
  if (values.help) return { do: 'help' };
  if (values.only !== undefined) {
    return { do: 'only', scenario: values.only, settings: toSettings(positionals) };
  }
  if (positionals.length > 0) throw new UsageError(`only --only takes settings, not "${positionals[0]}"`);
  const scenarios = values.scenarios?.split(',');
  const settings = values.setting?.split(',').map(toName);
  const write = values.write ?? false;
  const brief = values.brief ?? false;
  if (write && (scenarios || settings || brief)) {
    throw new UsageError('--write writes the table of every scenario, setting and pair');
  }
  const workers =
    values.workers === undefined ? availableParallelism() : wholeNumber('workers', values.workers, 1);
  return { do: 'all', scenarios, settings, workers, json: values.json, write, brief };
}

function toSettings(texts: readonly string[]): NamedSettings {
  return Object.fromEntries(
    texts.map((text) => {
      const [name = '', wanted] = text.split('=', 2);
      const { values } = accountSettings[toName(name)];
      const value = values.find((one) => String(one) === wanted);
      if (value === undefined)
        throw new UsageError(`${name} is one of ${values.join(', ')}, not "${wanted}"`);
      return [name, value];
    }),
  );
}

function toName(text: string): AccountSettingName {
  const name = settingNames.find((one) => one === text);
  if (!name) throw new UsageError(`"${text}" is no setting; settings: ${settingNames.join(', ')}`);
  return name;
}
