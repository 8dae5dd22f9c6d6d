import { mergeLazily, pickLazily } from 'account-simulator/account/merge-lazily.ts';
import * as z from 'zod';

/** A point in which AWS's behaviour is not proved: the simulated account can play every answer. */
interface AccountSetting {
  /** The answers, worst first. */
  readonly values: readonly [string | boolean, ...(string | boolean)[]];
  /** The answer without a choice in the scenario. */
  readonly default: string | boolean;
  readonly means: string;
  /** The row of the list of AWS's worst cases that contains the evidence. */
  readonly row: string;
}

/**
 * The settings of the simulated account. The coordinator must be correct under every value.
 *
 * The default of each is its first value, the worst.
 */
export const accountSettings = {
  serviceRole: {
    values: [false, true],
    default: false,
    means:
      'Whether the stacks have a service role; without one CloudFormation acts with the rights of the caller.',
    row: 'S3',
  },
  pinRights: {
    values: ['denied', 'allowed'],
    default: 'denied',
    means:
      'Whether the rights to update an alias suffice to change it through a stack that has no service role.',
    row: 'S3',
  },
  missingRights: {
    values: ['rollback-fails', 'rolled-back', 'refused'],
    default: 'rollback-fails',
    means:
      'What becomes of an update without a service role whose caller may not change a resource: the resource fails, and again when the stack goes back; the stack goes back; the request is refused.',
    row: 'S3',
  },
  currentVersionFrom: {
    values: ['template', 'alias'],
    default: 'template',
    means: 'Where CloudFormation takes CurrentVersion of a deployment from: its last template or the alias.',
    row: 'S2',
  },
  rollbackPolicy: {
    values: ['before', 'none'],
    default: 'before',
    means:
      'Whether the rollback of a stack moves an alias by the UpdatePolicy of the template before the update, through CodeDeploy, or at once.',
    row: 'S13',
  },
  newUpdatePolicy: {
    values: ['applies', 'next-time'],
    default: 'applies',
    means: 'Whether an UpdatePolicy that is new in an update is used for that update, or for the next one.',
    row: 'S14',
  },
  republish: {
    values: ['refused-if-any-retained', 'refused-if-last', 'new-version'],
    default: 'refused-if-any-retained',
    means:
      'Whether publishing code is refused that any retained version has, that the last version has, or never.',
    row: 'S12',
  },
  ringingTrigger: {
    values: ['counts', 'ignored'],
    default: 'counts',
    means: 'Whether a rollback trigger that was in ALARM before an update fails that update.',
    row: 'S15',
  },
  ssmParameters: {
    values: ['read-anew', 'kept'],
    default: 'read-anew',
    means: 'Whether UsePreviousValue reads the value of an AWS::SSM::Parameter::Value parameter anew.',
    row: 'S19',
  },
  externalId: {
    values: ['absent', 'stack'],
    default: 'absent',
    means: 'Whether externalId of a deployment that CloudFormation made holds the id of the stack.',
    row: 'D1',
  },
  stopDuringHook: {
    values: ['waits', 'at-once'],
    default: 'waits',
    means:
      'Whether StopDeployment during a lifecycle hook takes effect at once or when the hook has answered.',
    row: 'D3',
  },
  groupRollback: {
    values: ['last-successful-revision', 'alias-before'],
    default: 'last-successful-revision',
    means: 'Which version an automatic rollback of CodeDeploy restores.',
    row: 'D7',
  },
  versionMetrics: {
    values: ['only-with-weights', 'always'],
    default: 'only-with-weights',
    means: 'Whether Lambda publishes metrics by ExecutedVersion for an alias without weights.',
    row: 'L1',
  },
  dataLimitCaught: {
    values: [false, true],
    default: false,
    means: 'Whether States.ALL catches States.DataLimitExceeded of an oversized answer.',
    row: 'F7',
  },
} as const satisfies Readonly<Record<string, AccountSetting>>;

/** The name of a setting. */
export type AccountSettingName = keyof typeof accountSettings;

/** A value for each setting of one run. */
export type AccountSettings = {
  readonly [K in AccountSettingName]: (typeof accountSettings)[K]['values'][number];
};

/** The values without a choice in the scenario. */
export const accountDefaults = Object.fromEntries(
  Object.entries(accountSettings).map(([name, setting]) => [name, setting.default]),
) as AccountSettings;

const shape = Object.fromEntries(
  Object.entries(accountSettings).map(([name, { values }]) => [name, z.literal(values).optional()]),
) as { [K in AccountSettingName]: z.ZodOptional<z.ZodLiteral<AccountSettings[K]>> };

/** Settings by name; omitted settings may have any value. */
export const namedSettings = z.strictObject(shape);
export type NamedSettings = z.infer<typeof namedSettings>;

/** The simulated account of a scenario. A setting that is named here is played with this value only. */
export const scenarioAccount = namedSettings.extend({
  /** Differences between the stacks, by service. */
  stacks: z.record(z.string(), z.strictObject({ serviceRole: z.boolean() })).default({}),
});
export type ScenarioAccount = z.infer<typeof scenarioAccount>;

/** Names of all settings. */
export const settingNames = Object.keys(accountSettings) as AccountSettingName[];

/** The settings of a scenario's run; each is read from the account at its use. */
export function playedSettings(account: ScenarioAccount): AccountSettings {
  return pickLazily(mergeLazily(accountDefaults, account) as AccountSettings, settingNames);
}

/** The same account, which calls `note` with every setting that is read from it. */
export function notedAccount(
  account: ScenarioAccount,
  note: (setting: AccountSettingName) => void,
): ScenarioAccount {
  const settings = playedSettings(account);
  const noted: ScenarioAccount = { stacks: account.stacks };
  for (const name of settingNames) {
    Object.defineProperty(noted, name, {
      enumerable: true,
      get: () => {
        note(name);
        return settings[name];
      },
    });
  }
  return noted;
}

/** Whether the stack of a service has a service role. */
export function hasServiceRole(account: ScenarioAccount, service: string): boolean {
  return account.stacks[service]?.serviceRole ?? playedSettings(account).serviceRole;
}

/** The account of a scenario with other settings, except for those that the scenario names. */
export function playedWith(account: ScenarioAccount, settings: NamedSettings): ScenarioAccount {
  return { ...settings, ...account };
}

/** Whether a run has all the named settings. */
export function isPlayed(named: NamedSettings, played: AccountSettings): boolean {
  return Object.entries(named).every(
    ([name, value]) => value === undefined || played[name as AccountSettingName] === value,
  );
}
