import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../cli/command-line.ts';
import { defaultEnvironment, environments } from '../../cli/environments.ts';
import { version } from '../../cli/version.ts';
import { root, template } from './product-template.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const { Parameters, Mappings, Outputs } = template;

/** The deployment settings of an environment in samconfig.toml; a value keeps no quotes. */
function settingsOf(environment: string): Record<string, string> {
  const [, section = ''] =
    new RegExp(`^\\[${environment}\\.deploy\\.parameters\\]\\n((?:[^[\\n].*\\n?)*)`, 'm').exec(
      read('samconfig.toml'),
    ) ?? [];
  const lines = [...section.matchAll(/^(\w+) = (.*)$/gm)];
  return Object.fromEntries(
    lines.map(([, name, value = '']) => [name, value.replace(/^"|"$/g, '').replaceAll('\\"', '')]),
  );
}

/** `Environment=prod Name=x` as an object. */
const overrides = ({ parameter_overrides = '' }: Record<string, string>) =>
  Object.fromEntries(parameter_overrides.split(' ').map((one) => one.split('=')));

it('template, command, README and samconfig have the same environments and the same default', () => {
  expect(Parameters.Environment.AllowedValues).toEqual([...environments]);
  expect(Parameters.Environment.Default).toBe(defaultEnvironment);
  expect(read('README.md')).toContain(
    `The environment is \`${defaultEnvironment}\` unless you say otherwise`,
  );
  const paths = [...read('README.md').matchAll(/--name (\S+)\/services\//g)].map(([, path]) => path);
  expect(paths).toEqual([`/rollback-coordinator/${defaultEnvironment}`]);
  expect(Object.keys(Mappings.Retention)).toEqual([...environments]);
});

it.each([...environments])('samconfig deploys %s as the stack that the command looks for', (environment) => {
  const settings = settingsOf(environment);
  const line = parseCommandLine(['status', '--environment', environment]);
  expect(line.do === 'run' && line.call.place.stack).toBe(settings.stack_name);
  expect(overrides(settings).Environment).toBe(environment);
  expect(overrides(settings).Name).toMatch(new RegExp(`^${Parameters.Name.AllowedPattern}$`));
});

it('samconfig has the defaults where nobody names an environment, and gives no two coordinators one name', () => {
  expect(settingsOf('default')).toEqual(settingsOf(defaultEnvironment));
  expect(overrides(settingsOf('default')).Name).toBe(Parameters.Name.Default);
  const names = environments.map((one) => overrides(settingsOf(one)).Name);
  expect(new Set(names).size).toBe(environments.length);
});

it('only the address has no default', () => {
  const asked = Object.keys(Parameters).filter((name) => Parameters[name].Default === undefined);
  expect(asked).toEqual(['StakeholderEmail']);
});

it('the stack says the version of the package', () => {
  expect(Outputs.Version.Value).toBe(version());
});
