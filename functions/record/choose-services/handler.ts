import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { bucket, compilingCatalogStore, ledgers } from '../../../shared/wiring.ts';
import { chooseServices, chooseServicesInput } from './choose-services.ts';

export const build = task('ChooseServices', chooseServicesInput, (runtime) =>
  chooseServices({
    catalog: compilingCatalogStore(runtime),
    bucket: bucket(runtime),
    releases: ledgers(runtime).releases,
  }),
);
export const handler = onLambda(build);
