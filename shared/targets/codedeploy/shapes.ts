import * as z from 'zod';
import { aliasName, aliasPlan, aliasSnapshot } from '../alias/shapes.ts';
import type { Claim } from '../claim.ts';

const pattern = z.string().min(1).max(256).describe('a name, or a pattern in which * stands for any text');

const entry = z.strictObject({
  kind: z.literal('codedeploy'),
  /** Logical id of the function in the stack (SAM derives the deployment group's name from it). */
  function: z.string().min(1),
  alias: z.string().min(1).default('live'),
  /** CodeDeploy application; by default SAM's `<stack>-ServerlessDeploymentApplication-*`. */
  application: pattern.optional(),
  /** Deployment group; by default SAM's `<stack>-<function>DeploymentGroup-*`. */
  deploymentGroup: pattern.optional(),
});

/** A Lambda alias behind a deployment group. */
export const codeDeployPlan = z.strictObject({
  kind: z.literal('codedeploy'),
  phase: z.literal('traffic'),
  ...aliasPlan,
  application: z.string(),
  deploymentGroup: z.string(),
  /** Deployment that brought in the release being undone. */
  deploymentId: z.string(),
});
export type CodeDeployPlan = z.infer<typeof codeDeployPlan>;

/** Schemas of an alias behind a deployment group. */
export const codeDeployShape = {
  entry,
  name: aliasName,
  claim({ application = '*', deploymentGroup = '*' }: z.infer<typeof entry>): Claim | undefined {
    // The stack that created the function may distinguish equal patterns.
    if (`${application}${deploymentGroup}`.includes('*')) return undefined;
    return {
      key: `group ${application}/${deploymentGroup}`,
      words: `deployment group ${deploymentGroup} of ${application} is`,
    };
  },
  snapshot: aliasSnapshot,
  plans: [codeDeployPlan],
} as const;
