import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { root } from './product-template.ts';

/** Modules that each file of a folder imports: paths from the root, and names of packages. */
function imports(folder: string): { readonly file: string; readonly to: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.m?[jt]s$/.test(name))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, to = '']) => ({
        file,
        to: to.startsWith('.') ? relative(root, resolve(root, dirname(file), to)) : to,
      }));
    });
}

const simulator = 'packages/account-simulator';

it('the simulator imports nothing of the product or the rehearsal', () => {
  const found = imports(simulator).filter(
    ({ to }) =>
      /^(functions|shared|cli|build|test|packages|rehearsal)\//.test(to) && !to.startsWith(simulator),
  );
  expect(found).toEqual([]);
});

it.each(['functions', 'shared', 'cli'])('%s imports neither simulator nor rehearsal', (folder) => {
  const found = imports(folder).filter(({ to }) =>
    /^(packages|test)\/|^account-simulator|^rehearsal/.test(to),
  );
  expect(found).toEqual([]);
});
