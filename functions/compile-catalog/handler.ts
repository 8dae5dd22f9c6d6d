import { SSMClient } from '@aws-sdk/client-ssm';
import { CatalogParameters } from '../../shared/aws/catalog-parameters.ts';
import { onLambda } from '../../shared/runtime.ts';
import { requireEnv, task } from '../../shared/task.ts';
import { catalogStore, environment, ledgers, mailRoom } from '../../shared/wiring.ts';
import { compileCatalog, compileCatalogInput } from './compile-catalog.ts';

export const build = task(compileCatalogInput, (runtime) =>
  compileCatalog({
    parameters: new CatalogParameters(
      new SSMClient(runtime.clientConfig),
      requireEnv(runtime, 'CATALOG_PATH'),
    ),
    catalog: catalogStore(runtime),
    mailRoom: mailRoom(runtime, ledgers(runtime).incidents),
    environment: environment(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
