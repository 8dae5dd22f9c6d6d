import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from './product-template.ts';

/** The ledger's table in memory, the only simulated part that tests of the product use. */
const table = 'test/unit/fixtures/ledger-double.ts';

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, to = '']) =>
    relative(root, resolve(root, dirname(file), to)),
  );
}

const files = ['test/unit', 'test/cli'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
);

it('tests of the product use no simulated service except the table of the ledger', () => {
  const foreign = files.flatMap((file) =>
    file === table
      ? []
      : importsOf(file)
          .filter((to) => !/^(test\/(unit|cli)|functions|shared|cli)\//.test(to))
          .map((to) => `${file} imports ${to}`),
  );
  expect(files).toContain(table);
  expect(foreign).toEqual([]);
});
