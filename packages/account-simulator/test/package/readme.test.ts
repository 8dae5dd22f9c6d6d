import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(process.cwd(), 'packages/account-simulator');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const [, example = '', printed = ''] = /```ts\n(.*?)```.*?```\n(.*?)```/s.exec(readme) ?? [];

it('shows the example unchanged, with its output', () => {
  expect(readFileSync(join(folder, 'example/example.ts'), 'utf8')).toBe(example);
  expect(
    execFileSync('npx', ['tsx', 'packages/account-simulator/example/example.ts'], { encoding: 'utf8' }),
  ).toBe(printed);
});
