import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.cwd();
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');

/** Runs a command whose reader closes after the first output. */
function readLittle(...command: string[]): Promise<{ status: number | null; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stdout.once('data', () => child.stdout.destroy());
    child.stderr.on('data', (text) => {
      errors += text;
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, errors }));
  });
}

const writesOn = (text: string) => `
import { endWithReader } from '${join(root, 'cli/end-with-reader.ts')}';
endWithReader();
${text}`;

it('ends a command quietly, with the status of a broken pipe, when its reader closes', async () => {
  const script = writesOn(`setInterval(() => console.log('more'), 1);`);
  await expect(readLittle(tsx, '--eval', script)).resolves.toEqual({ status: 141, errors: '' });
});

it('does not treat any other error of a stream as a broken pipe', async () => {
  const script = writesOn(`console.log('once');
process.stdout.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }));`);
  const { status, errors } = await readLittle(tsx, '--eval', script);
  expect(status).toBe(1);
  expect(errors).toMatch('no space left');
});

it('is used by every command of the project', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const files = Object.values(scripts).flatMap((script) => /^tsx (\S+)/.exec(script)?.[1] ?? []);
  expect(files.length).toBeGreaterThan(4);
  for (const file of [...files, 'cli/rollback-coordinator.mjs'])
    expect(`${file}: ${readFileSync(join(root, file), 'utf8')}`).toMatch(
      /^(endWithReader|await runCommand)\(/m,
    );
});
