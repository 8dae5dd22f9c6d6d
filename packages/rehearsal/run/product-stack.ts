import { join } from 'node:path';
import type { FunctionCode } from 'account-simulator/account/lambda-runtime/function-code.ts';
import type { FunctionSpec } from 'account-simulator/deploy/stack-spec.ts';

const loaded = new Map<string, Promise<FunctionCode>>();

/** The product's template, stack and code, as options of `deployTemplate`. @param root the project's root */
export function productStack(root: string) {
  return {
    templatePath: join(root, 'template.yaml'),
    stackName: 'rollback-coordinator',
    code: handlersOf(root),
  };
}

/**
 * Finds the code of the product's functions: the `build` export of `handler.ts` in the folder of `functions/` that the build
 * bundles into `CodeUri`. It is loaded once per process.
 *
 * @throws Error if there is no such file or it has no `build`
 */
function handlersOf(projectFolder: string): (spec: FunctionSpec) => Promise<FunctionCode> {
  return ({ codeUri }) => {
    const file = join(projectFolder, codeUri.replace(/^dist\//, ''), 'handler.ts');
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
