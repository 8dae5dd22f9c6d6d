import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { bucket, compilingCatalogStore } from '../../../shared/wiring.ts';
import { chooseServices, chooseServicesInput } from './choose-services.ts';

export const build = task(chooseServicesInput, (runtime) =>
  chooseServices({ catalog: compilingCatalogStore(runtime), bucket: bucket(runtime) }),
);
export const handler = onLambda(build);
