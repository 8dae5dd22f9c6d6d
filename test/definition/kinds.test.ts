import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { targetPlan } from '../../shared/targets/shapes.ts';
import { root } from './product-template.ts';

const folder = 'shared/targets';
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const planKinds = targetPlan.options.flatMap(({ shape }) => [...shape.kind.values]);

/** Folders that a registry imports. */
const listedIn = (registry: string, file: string) =>
  [...read(`${folder}/${registry}`).matchAll(/from '\.\/([a-z-]+)\/([a-z-]+)\.ts'/g)]
    .filter(([, , name]) => name === file)
    .map(([, kind]) => kind)
    .sort();

const folders = readdirSync(join(root, folder), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  // Code that both kinds of alias share.
  .filter((name) => name !== 'alias')
  .sort();

it('every kind of target is a folder that both registries list', () => {
  expect(folders).toHaveLength(8);
  expect(listedIn('shapes.ts', 'shapes')).toEqual(folders);
  expect(listedIn('kinds.ts', 'kind')).toEqual(folders);
});

it.each(['functions', 'shared', 'cli'])(
  'nothing in %s has a line for each kind but the registries',
  (room) => {
    const perKind = new RegExp(`case '(${planKinds.join('|')})'|^ *'(${planKinds.join('|')})':`, 'm');
    const found = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .map((name) => join(room, name))
      .filter((file) => file.endsWith('.ts') && perKind.test(read(file)));
    expect(planKinds).toHaveLength(10);
    expect(found.sort()).toEqual(room === 'shared' ? [`${folder}/kinds.ts`, `${folder}/shapes.ts`] : []);
  },
);
