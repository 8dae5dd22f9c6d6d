import { join } from 'node:path';
import type { Build } from '../../../shared/runtime.ts';

// biome-ignore lint/suspicious/noExplicitAny: every function has its own event and result.
type AnyBuild = Build<any, any>;

const loaded = new Map<string, Promise<AnyBuild>>();

/**
 * The `build` export of `functions/<folder>/handler.ts`, loaded once per process of the rehearsal.
 *
 * @throws Error if there is no such file or it has no `build`
 */
export function loadHandler(projectFolder: string, folder: string): Promise<AnyBuild> {
  const file = join(projectFolder, 'functions', folder, 'handler.ts');
  let build = loaded.get(file);
  if (!build) {
    build = importBuild(file);
    loaded.set(file, build);
  }
  return build;
}

async function importBuild(file: string): Promise<AnyBuild> {
  const module = (await import(file)) as { readonly build?: AnyBuild };
  if (typeof module.build !== 'function')
    throw new Error(`${file} has no export "build": see shared/runtime.ts`);
  return module.build;
}
