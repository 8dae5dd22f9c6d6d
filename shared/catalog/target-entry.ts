import * as z from 'zod';
import { parameterName, parameterPath } from './parameter-name.ts';

const pattern = z.string().min(1).max(256).describe('a name, or a pattern in which * stands for any text');

const codeDeployTarget = z.strictObject({
  kind: z.literal('codedeploy'),
  /** Logical id of the function in the stack (SAM derives the deployment group's name from it). */
  function: z.string().min(1),
  alias: z.string().min(1).default('live'),
  /** CodeDeploy application; by default SAM's `<stack>-ServerlessDeploymentApplication-*`. */
  application: pattern.optional(),
  /** Deployment group; by default SAM's `<stack>-<function>DeploymentGroup-*`. */
  deploymentGroup: pattern.optional(),
});

const lambdaAliasTarget = z.strictObject({
  kind: z.literal('lambda-alias'),
  /** Name of the function, or its logical id where the service has a stack. */
  function: z.string().min(1),
  alias: z.string().min(1).default('live'),
});

/** In the commercial Regions, the only ones there are (see the rule of template.yaml). */
const stackRole = z
  .string()
  .regex(
    /^arn:aws:iam::\d{12}:role\/RollbackStack_[A-Za-z0-9_+=,.@-]{1,50}$/,
    'must be the ARN of a role whose name begins with RollbackStack_: the coordinator may pass no others',
  );

const cloudFormationTarget = z
  .strictObject({
    kind: z.literal('cloudformation'),
    /** Stack name; by default the service's own `stack`. */
    stack: z.string().min(1).optional(),
    /**
     * Resources that may stay as they are where the rollback of the stack cannot put them back: by logical id, within a
     * nested stack `NestedStack.LogicalId`. They are inconsistent with the template from then on.
     */
    skipResources: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z0-9]+(\.[A-Za-z0-9]+)*$/,
            'must be the logical id of a resource: letters and digits',
          ),
      )
      .min(1)
      .optional(),
    /**
     * Service role for a stack that has none. Our updates pass it, and CloudFormation uses it from then on for all
     * operations on the stack, whoever asks for them; nothing takes it away again (user guide, "CloudFormation service
     * role"). A stack that has a role keeps its own.
     */
    roleArn: stackRole.optional(),
    /** Says that the team knows that. */
    attachRoleForGood: z.literal(true, 'must be true: a stack keeps a role that was passed once').optional(),
  })
  .refine(({ roleArn, attachRoleForGood }) => roleArn === undefined || attachRoleForGood, {
    error:
      'is needed beside roleArn, and must be true: the stack keeps the role for good, whoever updates it',
    path: ['attachRoleForGood'],
  })
  .refine(({ roleArn, attachRoleForGood }) => roleArn !== undefined || !attachRoleForGood, {
    error: 'is needed beside attachRoleForGood',
    path: ['roleArn'],
  });

const parameterTarget = z
  .strictObject({
    kind: z.literal('parameter'),
    /** One parameter … */
    name: parameterName.optional(),
    /** … or every parameter below a path. */
    path: parameterPath.optional(),
    /** Whether versions are labelled `good` and `bad`, for people to see; see decision 13 for what it costs. */
    labels: z.boolean().default(false),
  })
  .refine(({ name, path }) => (name === undefined) !== (path === undefined), {
    error: 'needs either a name or a path',
  });

const apiStageTarget = z.strictObject({
  kind: z.literal('api-stage'),
  protocol: z.enum(['rest', 'http'], { error: 'must be rest or http: a REST API or an HTTP API' }),
  /** Id of the API, or its logical id where the service has a stack. */
  api: z.string().regex(/^[A-Za-z0-9]{1,255}$/, 'must be the id of an API, or its logical id in the stack'),
  stage: z.string().regex(/^([A-Za-z0-9_-]{1,128}|\$default)$/, 'must be the name of a stage'),
});

const meshTarget = z.strictObject({
  kind: z.literal('mesh'),
  /** Ids of a VPC Lattice service, of one of its listeners and of one of that one's rules. */
  service: z.string().regex(/^svc-[0-9a-z]{17}$/, 'must be the id of a VPC Lattice service: svc-…'),
  listener: z.string().regex(/^listener-[0-9a-z]{17}$/, 'must be the id of a listener: listener-…'),
  rule: z
    .string()
    .regex(/^rule-[0-9a-z]{17}$/, "must be the id of a rule: rule-… (a listener's default action is none)"),
});

const hookTarget = z
  .strictObject({
    kind: z.literal('hook'),
    /** A function of the team's own, with a version or alias behind a colon if need be. */
    function: z
      .string()
      .regex(
        /^RollbackHook_[A-Za-z0-9_-]{1,51}(:[A-Za-z0-9_-]{1,128}|:\$LATEST)?$/,
        'must be the name of a function that begins with RollbackHook_: the coordinator may invoke no others',
      ),
    /** Before everything else of the service, or after it. */
    when: z.enum(['before', 'after']).default('before'),
    /** `answer`: done when the function returns; `callback`: done when somebody says so with the task token. */
    form: z.enum(['answer', 'callback']).default('answer'),
    /** How long it may take. */
    timeoutSeconds: z.number().int().min(1).max(10_800, 'must be at most 3 hours').default(600),
    /** How often a callback has to send a heartbeat at the least. */
    heartbeatSeconds: z.number().int().min(10).max(10_800).default(300),
  })
  .refine(({ form, timeoutSeconds }) => form === 'callback' || timeoutSeconds <= 840, {
    error: 'must be at most 840 for a hook that answers: Lambda ends every function after 900 s',
    path: ['timeoutSeconds'],
  })
  .refine(
    ({ form, timeoutSeconds, heartbeatSeconds }) => form === 'answer' || heartbeatSeconds < timeoutSeconds,
    {
      error: 'must be less than timeoutSeconds',
      path: ['heartbeatSeconds'],
    },
  );

/** One thing of a service that can be put back. */
export const targetEntry = z.discriminatedUnion(
  'kind',
  [
    codeDeployTarget,
    lambdaAliasTarget,
    cloudFormationTarget,
    parameterTarget,
    apiStageTarget,
    meshTarget,
    hookTarget,
  ],
  { error: ({ code, input }) => (code === 'invalid_union' ? unknownKind(input) : undefined) },
);
export type TargetEntry = z.infer<typeof targetEntry>;

function unknownKind(input: unknown): string {
  const { kind } = (input ?? {}) as { kind?: unknown };
  const kinds = targetEntry.options.map(({ shape }) => [...shape.kind.values][0]).join(', ');
  return `"${kind}" is no kind of target: it has to be one of ${kinds}`;
}

/** The name of a target within its service, as plans, mails and the ledger show it. */
export function targetName(target: TargetEntry): string {
  switch (target.kind) {
    case 'codedeploy':
    case 'lambda-alias':
      return `${target.function}:${target.alias}`;
    case 'cloudformation':
      return 'stack';
    case 'parameter':
      return target.name ?? `${target.path}/*`;
    case 'api-stage':
      return `${target.api}/${target.stage}`;
    case 'mesh':
      return target.rule;
    case 'hook':
      return `${target.function} ${target.when}`;
  }
}
