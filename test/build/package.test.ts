import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = process.cwd();
const run = promisify(execFile);
let files: string[] = [];
let folder = '';

beforeAll(async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'], {
    cwd: root,
  });
  files = (JSON.parse(stdout) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path);
  folder = mkdtempSync(join(tmpdir(), 'package-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

it('contains the command and the modules it runs, and neither tests nor tools', () => {
  const roots = [...new Set(files.map((file) => file.split('/')[0]))].sort();
  expect(roots).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'cli',
    'functions',
    'package.json',
    'shared',
  ]);
  expect(files).toContain('cli/rollback-coordinator.mjs');
  expect(files.filter((file) => /(^|\/)tests?\/|\.test\.|fixture/.test(file))).toEqual([]);
});

it('contains every module that a module in it imports, and names every package as a dependency', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const missing: string[] = [];
  for (const file of files.filter((one) => /\.m?ts$|\.mjs$/.test(one))) {
    const text = readFileSync(join(root, file), 'utf8');
    // Types are gone when the command runs.
    for (const [, typeOnly, to = ''] of text.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)'/gm)) {
      if (typeOnly || to.startsWith('node:')) continue;
      const path = to.startsWith('.') ? relative(root, resolve(root, dirname(file), to)) : undefined;
      const name = to
        .split('/')
        .slice(0, to.startsWith('@') ? 2 : 1)
        .join('/');
      if (path === undefined ? !(name in dependencies) : !files.includes(path))
        missing.push(`${file}: ${to}`);
    }
  }
  expect(missing).toEqual([]);
});

describe('the installed command', () => {
  const command = (...argv: string[]) => {
    const program = join(folder, 'node_modules/rollback-coordinator/cli/rollback-coordinator.mjs');
    // Without a Region and without credentials, as on a new machine.
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    return run(process.execPath, [program, ...argv], { cwd: folder, env }).then(
      ({ stdout }) => ({ status: 0, stdout, stderr: '' }),
      ({ code, stdout, stderr }) => ({ status: code as number, stdout, stderr }),
    );
  };

  beforeAll(() => {
    const installed = join(folder, 'node_modules/rollback-coordinator');
    for (const file of files) cpSync(join(root, file), join(installed, file));
    symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
  });

  it('says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    await expect(command('--version')).resolves.toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it('checks files without a Region', async () => {
    writeFileSync(join(folder, 'orders.yaml'), 'version: 1\nservice: orders\nstack: shop-orders\n');
    const { status, stdout } = await command('catalog', 'validate', 'orders.yaml');
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first: '1 entries read, 0 errors, 0 notes',
    });
  });

  it('says that a Region is missing, which commands need none, and shows no stack trace', async () => {
    const { status, stderr } = await command('status');
    expect(status).toBe(2);
    expect(stderr).toContain('Give --region, or set AWS_REGION. Only these need none: catalog validate,');
    expect(stderr).not.toMatch(/\n +at /);
  });
});
