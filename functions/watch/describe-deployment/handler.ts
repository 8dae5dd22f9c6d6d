import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { compilingCatalogStore, deployments, functionTags, stacks } from '../../../shared/wiring.ts';
import { describeDeployment, describeDeploymentInput } from './describe-deployment.ts';

export const build = task('DescribeDeployment', describeDeploymentInput, (runtime) =>
  describeDeployment({
    deployments: deployments(runtime),
    functionTags: functionTags(runtime),
    stacks: stacks(runtime),
    catalog: compilingCatalogStore(runtime),
  }),
);
export const handler = onLambda(build);
