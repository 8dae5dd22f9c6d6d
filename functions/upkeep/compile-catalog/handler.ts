import { SSMClient } from '@aws-sdk/client-ssm';
import { CatalogParameters } from '../../../shared/aws/catalog-parameters.ts';
import { onLambda } from '../../../shared/runtime.ts';
import { requireEnv, task } from '../../../shared/task.ts';
import { catalogStore, environment, ledgers, mailer, stacks } from '../../../shared/wiring.ts';
import { compileCatalog, compileCatalogInput } from './compile-catalog.ts';

export const build = task('CompileCatalog', compileCatalogInput, (runtime) => {
  const { compilations } = ledgers(runtime);
  return compileCatalog({
    parameters: new CatalogParameters(
      new SSMClient(runtime.clientConfig),
      requireEnv(runtime, 'CATALOG_PATH'),
    ),
    stacks: stacks(runtime),
    catalog: catalogStore(runtime),
    compilations,
    mailer: mailer(runtime),
    environment: environment(runtime),
    region: requireEnv(runtime, 'AWS_REGION'),
    now: runtime.now,
  });
});
export const handler = onLambda(build);
