import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { shakeableSchemas } from '../../build/shakeable-schemas.ts';
import { root } from '../definition/product-template.ts';

const clients = readdirSync(path.join(root, 'node_modules/@aws-sdk')).filter((name) =>
  name.startsWith('client-'),
);
const schemasOf = (client: string) => `node_modules/@aws-sdk/${client}/dist-es/schemas/schemas_0.js`;

/** Prints each file's exports as JSON, in a separate process; references between schemas are printed as their source. */
const printExports = `
for (const file of process.argv.slice(1)) {
  const exported = await import(file);
  const text = (key, value) => (typeof value === 'function' ? String(value) : value);
  console.log(JSON.stringify(Object.entries(exported).filter(([name]) => name.endsWith('$')), text));
}
`;

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'schemas-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function bundle(source: string, name: string, plugins: (typeof shakeableSchemas)[]): Promise<string> {
  const outfile = path.join(scratch, name);
  const result = await build({
    absWorkingDir: root,
    stdin: { contents: source, resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    plugins,
  });
  expect(result.errors).toEqual([]);
  return outfile;
}

it.each(clients)('the schemas of %s have the same values', async (client) => {
  const source = `export * from './${schemasOf(client)}';`;
  const files = [
    await bundle(source, `${client}-as-generated.mjs`, []),
    await bundle(source, `${client}-shakeable.mjs`, [shakeableSchemas]),
  ];
  const [asGenerated, shakeable] = execFileSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', printExports, ...files],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
    .trim()
    .split('\n');
  expect(asGenerated?.length).toBeGreaterThan(100);
  expect(shakeable).toBe(asGenerated);
});
