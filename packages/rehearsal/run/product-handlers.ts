import { join } from 'node:path';
import type { FunctionCode } from 'account-simulator/account/lambda-runtime/function-code.ts';
import type { FunctionSpec } from 'account-simulator/deploy/stack-spec.ts';

const loaded = new Map<string, Promise<FunctionCode>>();

/**
 * Finds the code of the product's functions: the `build` export of `functions/<folder>/handler.ts` of the project,
 * loaded once per process.
 *
 * @throws Error if there is no such file or it has no `build`
 */
export function productHandlers(projectFolder: string): (spec: FunctionSpec) => Promise<FunctionCode> {
  return ({ folder }) => {
    const file = join(projectFolder, 'functions', folder, 'handler.ts');
    let code = loaded.get(file);
    if (!code) {
      code = importBuild(file);
      loaded.set(file, code);
    }
    return code;
  };
}

async function importBuild(file: string): Promise<FunctionCode> {
  const module = (await import(file)) as { readonly build?: FunctionCode };
  if (typeof module.build !== 'function')
    throw new Error(`${file} has no export "build": see shared/runtime.ts`);
  return module.build;
}
