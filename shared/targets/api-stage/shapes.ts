import * as z from 'zod';

const entry = z.strictObject({
  kind: z.literal('api-stage'),
  protocol: z.enum(['rest', 'http'], { error: 'must be rest or http: a REST API or an HTTP API' }),
  /** Id of the API, or its logical id if the service has a stack. */
  api: z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'must be the id of an API, or its logical id in the stack'),
  stage: z.string().regex(/^([A-Za-z0-9_-]{1,128}|\$default)$/, 'must be the name of a stage'),
});

const apiStageSnapshot = z.strictObject({
  kind: z.literal('api-stage'),
  target: z.string(),
  protocol: z.enum(['rest', 'http']),
  /** Physical id of the API. */
  api: z.string(),
  stage: z.string(),
  deploymentId: z.string(),
});
export type ApiStageSnapshot = z.infer<typeof apiStageSnapshot>;

/** A stage of an API. */
export const apiStagePlan = z.strictObject({
  kind: z.literal('api-stage'),
  /** `after-stack`: the stage waits for the stack, and is restored in the last wave. */
  phase: z.enum(['traffic', 'after-stack']),
  target: z.string(),
  protocol: z.enum(['rest', 'http']),
  api: z.string(),
  stage: z.string(),
  /** Deployment that was live when the rollback was planned, and the deployment to go back to. */
  fromDeployment: z.string(),
  toDeployment: z.string(),
});
export type ApiStagePlan = z.infer<typeof apiStagePlan>;

/** Schemas of an API stage. */
export const apiStageShape = {
  entry,
  name: ({ api, stage }: z.infer<typeof entry>) => `${api}/${stage}`,
  snapshot: apiStageSnapshot,
  plans: [apiStagePlan],
} as const;
