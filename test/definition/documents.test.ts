import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { answerSchemas } from '../../build/answer-schemas.ts';
import { documentedSection, drawnSections } from '../../build/drawn-sections.ts';
import { accountSettings } from '../../packages/rehearsal/scenario/scenario-account.ts';
import { scenarioNames } from '../../packages/rehearsal/scenario/scenario-file.ts';
import { serviceEntry } from '../../shared/catalog/service-entry.ts';
import { targetEntry } from '../../shared/targets/shapes.ts';
import { root } from './product-template.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const filesBelow = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'packages/account-simulator/README.md',
  '.github/pull_request_template.md',
  ...filesBelow('docs').filter((file) => file.endsWith('.md')),
].sort();

/** The code in which every name in a document must occur. */
const code = ['functions', 'shared', 'cli', 'build', 'statemachines', 'packages']
  .flatMap(filesBelow)
  .filter((file) => /\.(ts|yaml)$/.test(file) && !file.includes('node_modules'))
  .concat('template.yaml', 'package.json')
  .map(read)
  .join('\n');

/** The cells of the rows of a Markdown table, from the line that begins with `header` on. */
function tableOf(file: string, header: string): string[][] {
  const lines = read(file).split('\n');
  const first = lines.findIndex((line) => line.startsWith(header));
  const rows = lines.slice(first + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe.each(documents)('%s', (file) => {
  const text = read(file);
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');

  it('links to existing places', () => {
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
    const broken = links.filter((to) => {
      if (/^https?:/.test(to)) return false;
      const [target = '', anchor] = to.split('#');
      const linked = target === '' ? file : relative(root, join(root, dirname(file), target));
      if (!existsSync(join(root, linked))) return true;
      return anchor !== undefined && !anchorsOf(linked).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('names scripts of package.json', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const named = [...text.matchAll(/npm (?:run (?:--silent |-s )?)([a-z][\w-]*(?::\w+)?)/g)].map(
      ([, name]) => name,
    );
    expect(named.filter((name) => !scripts.includes(name as string))).toEqual([]);
  });

  it('names existing scenarios', () => {
    const named = [...text.matchAll(/npm run rehearse -- ([a-z][a-z0-9-]*)(?![\w.-])/g)].map(
      ([, name]) => name,
    );
    const own = named.filter((name) => name !== 'my-scenario');
    expect(own.filter((name) => !scenarioNames(root).includes(name as string))).toEqual([]);
  });

  it('names functions, settings and states of the code', () => {
    const named = [...prose.matchAll(/`([A-Za-z]+)(?:\(\))?`/g)].map(([, code = '']) => code);
    const joined = named.filter((name) => /[a-z][A-Z]/.test(name));
    expect(joined.filter((name) => !code.includes(name))).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const named = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code).filter(isPath);
    expect(named.filter((name) => !exists(name))).toEqual([]);
  });
});

/** Anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

const entries = readdirSync(root, { withFileTypes: true }).filter(({ name }) => name !== 'node_modules');
const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
const files = [
  ...entries.filter((entry) => entry.isFile()).map(({ name }) => name),
  ...folders,
  ...folders.filter((folder) => folder !== '.git').flatMap(filesBelow),
];
const fileNames = new Set(files.map((file) => basename(file)));

/** A code span that is a path of the project, or the name of a file in it. */
function isPath(code: string): boolean {
  if (!/^[\w./*<>-]+$/.test(code) || /^dist\//.test(code)) return false;
  const isFile = /[\w>*]\.(ts|js|yaml|md)$/.test(code);
  return isFile || (code.includes('/') && folders.includes(code.split('/')[0] ?? ''));
}

/** `<room>` and `*` stand for any name. */
function exists(name: string): boolean {
  if (!name.includes('/')) return fileNames.has(name) || /[<*]/.test(name);
  const pattern = name
    .replace(/\/$/, '')
    .replaceAll('.', '\\.')
    .replaceAll(/<[^>]+>|\*/g, '[^/]*');
  return files.some((file) => new RegExp(`^${pattern}$`).test(file));
}

describe('the generated documents', () => {
  it('equal the output of `npm run draw`', async () => {
    const sections = await drawnSections(root);
    for (const section of sections) {
      expect([section.file, section.name, documentedSection(root, section)]).toEqual([
        section.file,
        section.name,
        section.text,
      ]);
    }
    expect(sections.length).toBeGreaterThan(4);
  });

  it('have the schema of every answer in docs/schemas, and no other file', () => {
    const schemas = answerSchemas();
    for (const { file, text } of schemas) expect([file, read(file)]).toEqual([file, text]);
    expect(filesBelow('docs/schemas').sort()).toEqual(schemas.map(({ file }) => file).sort());
  });

  it('have no place for anything else', async () => {
    const drawn = (await drawnSections(root)).map(({ file, name }) => `${file}: ${name}`);
    const places = documents.flatMap((file) =>
      [...read(file).matchAll(/<!-- npm run draw: (\w+) -->/g)].map(([, name]) => `${file}: ${name}`),
    );
    expect(places.sort()).toEqual(drawn.sort());
  });
});

it('docs/ledger.md has the keys of shared/ledger and no others', () => {
  const files = filesBelow('shared/ledger').filter((file) => file.endsWith('.ts'));
  const sources = files.map(read);
  const constants = new Map(
    sources.flatMap((source) =>
      [...source.matchAll(/^const (\w+) = '([^']+)';$/gm)].map(([, name = '', value = '']) => [name, value]),
    ),
  );
  const literalOf = (expression: string) => {
    const literal = /^[`'](.*)[`']$/.exec(expression)?.[1] ?? constants.get(expression) ?? '<>';
    return literal.replaceAll(/\$\{(\w+)\}/g, (whole, name) => constants.get(name) ?? whole);
  };
  const normal = (key: string) => key.replaceAll(/\$\{[^}]*\}|<[^>]*>/g, '<>');
  const written = sources.flatMap((source) =>
    [...source.matchAll(/\{\s*pk: (`[^`]*`|'[^']*'|\w+),\s*sk: (`[^`]*`|'[^']*'|\w+)/g)].map(
      ([, pk = '', sk = '']) => normal(`${literalOf(pk)} ${literalOf(sk)}`),
    ),
  );
  const documented = tableOf('docs/ledger.md', '| `pk` |').map(([pk = '', sk = '']) =>
    normal(`${pk} ${sk}`.replaceAll('`', '')),
  );
  expect([...new Set(written)].filter((key) => key !== '<> <>').sort()).toEqual([...documented].sort());
});

it('docs/errors.md has every error of shared/errors.ts', () => {
  const names = [...read('shared/errors.ts').matchAll(/override readonly name = '(\w+)'/g)].map(
    ([, name]) => name,
  );
  const documented = tableOf('docs/errors.md', '| error |').map(([error = '']) => error.replaceAll('`', ''));
  expect(documented.sort()).toEqual(names.sort());
});

it('docs/promises.md has every promise that is watched', () => {
  const watched = [...read('packages/rehearsal/promises/promises.ts').matchAll(/from '\.\/([\w-]+)\.ts'/g)]
    .map(([, name = '']) => name)
    .filter((name) => existsSync(join(root, `packages/rehearsal/promises/${name}.ts`)) && name !== 'promise');
  const documented = tableOf('docs/promises.md', '| # |').map(([, promise]) => promise);
  expect(documented.sort()).toEqual(watched.sort());
});

it('docs/simulation.md has every kind of fault', () => {
  const kinds = [...read('packages/rehearsal/faults/fault.ts').matchAll(/kind: z\.literal\('([\w-]+)'\)/g)];
  const documented = tableOf('docs/simulation.md', '| fault | effect |').flatMap(([fault = '']) =>
    fault.replaceAll('`', '').split(', '),
  );
  expect(documented.sort()).toEqual(kinds.map(([, kind]) => kind).sort());
});

it('docs/scenarios.md has every setting of the account with its values', () => {
  const settings = Object.entries(accountSettings).map(([name, { values }]) => [
    `\`${name}\``,
    values.map((value) => `\`${value}\``).join(', '),
  ]);
  expect(tableOf('docs/scenarios.md', '| setting |').map((row) => row.slice(0, 2))).toEqual(settings);
});

describe('docs/catalog.md', () => {
  const minimal = { version: 1, service: 'orders', stack: 'ecommerce-prod-orders' };

  it('has the shortest entry', () => {
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(read('docs/catalog.md')) ?? [];
    expect(parse(example)).toEqual(minimal);
  });

  it('has the defaults of an entry', () => {
    const { policy } = serviceEntry.parse(minimal);
    const { limits, autonomy, approval, budget, onFailure, bake } = policy;
    const documented = new Map(
      tableOf('docs/catalog.md', '| field |').map(([field = '', byDefault]) => [field, byDefault]),
    );
    const expected: Readonly<Record<string, string>> = {
      '`policy.limits.errorRate`': limits.errorRate === undefined ? 'none' : 'some',
      '`policy.limits.slow`': limits.slow === undefined ? 'none' : 'some',
      '`policy.limits.sampleRequests`, `breaches`, `ofLast`':
        limits.sampleRequests === undefined ? 'none' : 'some',
      '`policy.tolerance.errors`, `slow`': [...new Set(Object.values(policy.tolerance))].join(', '),
      '`policy.warmUpMinutes`': String(policy.warmUpMinutes),
      '`policy.cluster`': String(policy.cluster),
      '`policy.autonomy`': autonomy,
      '`policy.approval`': `${approval.minutes} minutes`,
      '`policy.budget`': `${budget.rollbacks} in ${budget.hours} hours`,
      '`policy.onFailure`': onFailure,
      '`policy.bake`': `${bake.minMinutes} min, ${bake.minRequests} requests, ${bake.maxMinutes} min`,
    };
    expect(Object.keys(expected).map((field) => documented.get(field))).toEqual(Object.values(expected));
  });

  it('has every kind of target', () => {
    const kinds = targetEntry.options.map(({ shape }) => `\`${shape.kind.value}\``);
    expect(tableOf('docs/catalog.md', '| kind |').map(([kind]) => kind)).toEqual(kinds);
  });
});

it('README.md has an entry that is taken', () => {
  const [, entry = ''] = /--value '\n([\s\S]*?)\n'/.exec(read('README.md')) ?? [];
  expect(serviceEntry.safeParse(parse(entry)).error).toBeUndefined();
  expect(parse(entry)).toMatchObject({ service: 'orders' });
});

it('CONTRIBUTING.md has every script of package.json', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
  const text = read('CONTRIBUTING.md');
  expect(scripts.filter((name) => !new RegExp(`npm (run )?${name}\\b`).test(text))).toEqual([]);
});

it('CONTRIBUTING.md has the parts of .ci/run, and how many runs they simulate', () => {
  const script = read('.ci/run');
  const [, parts = ''] = /^ {4}([a-z |]+)\) ;;$/m.exec(script) ?? [];
  const rows = tableOf('CONTRIBUTING.md', '| part |');
  expect(rows.map(([part]) => part)).toEqual(parts.split(' | ').map((part) => `\`.ci/run ${part}\``));
  for (const [part = '', checks = ''] of rows) {
    const name = part.replaceAll('`', '').split(' ')[1] ?? '';
    const [, body = ''] = new RegExp(`^${name}\\(\\) \\{\\n(.*?)^\\}`, 'ms').exec(script) ?? [];
    const [, simulated] = / simulation (\d+) /.exec(body) ?? [];
    const [, documented] = /([\d,]+) simulated runs/.exec(checks) ?? [];
    expect([name, documented?.replace(',', '')]).toEqual([name, simulated]);
  }
});
