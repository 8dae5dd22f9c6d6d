import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Bundle, bundleFunctions } from '../../build/bundle-functions.ts';
import { CallGraph } from '../definition/call-graph.ts';
import { folderOf, resourcesOf, root, template } from '../definition/product-template.ts';

/** The result of invoking a function in a separate process. */
interface Answer {
  readonly name: string;
  readonly message: string;
}

/** Imports each bundle in turn and invokes it; the bundle has no credentials, because it must not call AWS. */
const invokeEach = `
const answers = {};
for (const [folder, { file, env, event }] of Object.entries(JSON.parse(process.argv[1]))) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const { handler } = await import(file);
  answers[folder] = await handler(event).then(
    (result) => ({ name: 'none', message: JSON.stringify(result) }),
    ({ name, message }) => ({ name, message }),
  );
}
process.stdout.write(JSON.stringify({ answers }));
`;

/** Functions that accept any event, so that only a missing variable makes them refuse without a call to AWS. */
const takesAnything = ['upkeep/compile-catalog', 'upkeep/sweep-lost-work'];

let outDir: string;
let bundles: Bundle[];
const folders = resourcesOf('AWS::Serverless::Function').map(folderOf).sort();

beforeAll(async () => {
  outDir = mkdtempSync(path.join(tmpdir(), 'bundles-'));
  bundles = await bundleFunctions(root, outDir);
  // Takes seconds, but longer on a busy machine.
}, 120_000);
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

const bundleOf = (folder: string) => bundles.find(({ name }) => name === folder);

/** The environment of a function as the template sets it, with a text for every reference. */
function environmentOf(folder: string): Record<string, string> {
  const id = resourcesOf('AWS::Serverless::Function').find((one) => folderOf(one) === folder) ?? '';
  const names = [template.Globals.Function, template.Resources[id].Properties].flatMap(({ Environment }) =>
    Object.keys(Environment?.Variables ?? {}),
  );
  const texts = Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
  // Set by Lambda itself.
  return { ...texts, AWS_REGION: 'eu-west-1' };
}

/** The answer of each function, and the lines written meanwhile. */
function invoke(environments: (folder: string) => Record<string, string>): {
  readonly answers: Record<string, Answer>;
  readonly log: Record<string, unknown>[];
} {
  const invocations = Object.fromEntries(
    folders.map((folder) => [folder, { file: bundleOf(folder)?.file, env: environments(folder), event: {} }]),
  );
  const output = execFileSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', invokeEach, JSON.stringify(invocations)],
    { encoding: 'utf8', env: {} },
  );
  const lines = output.split('\n').map((line) => JSON.parse(line));
  return { ...lines.at(-1), log: lines.slice(0, -1) };
}

it('are one for every function of the template', () => {
  expect(bundles.map(({ name }) => name)).toEqual(folders);
});

it.each(folders)('%s is at most 1 MiB', (folder) => {
  expect(bundleOf(folder)?.bytes).toBeLessThanOrEqual(1024 * 1024);
});

describe('the SDK clients in a bundle', () => {
  const graph = new CallGraph(root);
  const document = { '@aws-sdk/lib-dynamodb': '@aws-sdk/client-dynamodb' } as Record<string, string>;

  it.each(folders)('of %s are those its code calls', (folder) => {
    const commands = graph.commandsOf(`functions/${folder}/handler.ts`, 'build');
    const packages = commands.map((command) => command.slice(0, command.lastIndexOf('/')));
    const called = new Set(packages.map((name) => document[name] ?? name));
    expect(bundleOf(folder)?.clients).toEqual([...called].sort());
  });

  // Shows that neither side of the comparison above is empty.
  it.each([
    ['watch/track-rollback', ['dynamodb']],
    ['watch/start-monitoring', ['dynamodb', 'sfn']],
    [
      'roll-back/start-target',
      [
        'api-gateway',
        'apigatewayv2',
        'cloudformation',
        'cloudwatch',
        'codedeploy',
        'dynamodb',
        'lambda',
        's3',
        'sfn',
        'ssm',
        'vpc-lattice',
      ],
    ],
  ])('of %s are %j', (folder, clients) => {
    expect(bundleOf(folder)?.clients).toEqual(clients.map((client) => `@aws-sdk/client-${client}`));
  });
});

it('has the schemas of the operations it calls, and no others', () => {
  const text = readFileSync(bundleOf('roll-back/start-target')?.file ?? '', 'utf8');
  expect(text).toContain('"GetStageResponse"');
  expect(text).not.toContain('"CreateApiRequest"');
});

describe('invoked as Lambda does', () => {
  let answers: Record<string, Answer>;
  let without: Record<string, Answer>;
  let log: Record<string, unknown>[];
  beforeAll(() => {
    ({ answers, log } = invoke((folder) => {
      const { TOPIC_ARN: _, ...env } = environmentOf(folder);
      return takesAnything.includes(folder) ? env : environmentOf(folder);
    }));
    without = invoke(() => ({ AWS_REGION: 'eu-west-1' })).answers;
  }, 60_000);

  it.each(folders.filter((folder) => !takesAnything.includes(folder)))(
    '%s refuses an event without its fields as InvalidInput, by the name the machines match',
    (folder) => {
      expect(answers[folder]).toMatchObject({ name: 'InvalidInput' });
      expect(answers[folder]?.message).not.toMatch(/Environment variable/);
    },
  );

  it('each writes one line, under the name of its folder and its state', () => {
    const named = folders.filter((folder) => !takesAnything.includes(folder));
    const steps = named.map((folder) =>
      path.basename(folder).replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()),
    );
    expect(log.map(({ step, level, error }) => ({ step, level, error }))).toEqual(
      steps.map((step) => ({ step, level: 'WARN', error: 'InvalidInput' })),
    );
  });

  it.each(takesAnything)('%s refuses to run without a variable, naming it', (folder) => {
    expect(answers[folder]).toEqual({
      name: 'InvalidInput',
      message: 'Environment variable TOPIC_ARN is not set: the template has to set it.',
    });
  });

  it.each(folders)('%s names the first variable it lacks, of those the template sets', (folder) => {
    const name = /^Environment variable ([A-Z_]+) is not set/.exec(without[folder]?.message ?? '')?.[1];
    expect(Object.keys(environmentOf(folder))).toContain(name);
  });
});
