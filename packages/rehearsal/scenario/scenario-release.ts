import * as z from 'zod';
import { positiveDuration } from './duration.ts';
import { stackParameters, templatePath } from './scenario-stack.ts';
import { answers } from './scenario-traffic.ts';

/** A lifecycle hook of the deployments: its result and duration. */
export const hook = z.strictObject({
  result: z.enum(['Succeeded', 'Failed', 'TimedOut']),
  after: positiveDuration.prefault('5s'),
});

/** A hook of the team, or the coordinator's own. */
const trafficHook = z.union([z.literal('coordinator'), hook], {
  error: 'must be "coordinator", or say how a hook of the team\u2019s ends: {result, after}',
});

/** The bad behaviour of the new code and its beginning: the ground truth of a bad release. */
export const badness = answers
  .extend({
    /** Counted from the new version's first traffic. */
    after: positiveDuration.prefault('0s'),
    /** End of the bad behaviour, counted likewise. */
    until: positiveDuration.optional(),
    /** The health checks' finding about the new version. */
    unhealthy: z.string().min(1).optional(),
    /** Requests of consumers fail too, in the share that reaches this code. */
    breaks: z
      .strictObject({ services: z.array(z.string()).min(1), errorRate: z.number().gt(0).max(1) })
      .optional(),
    /** Only these functions of the release; all by default. */
    functions: z.array(z.string()).min(1).optional(),
  })
  .refine(
    ({ errorRate, throttleRate, latencyMs, latencySpread, unhealthy, breaks }) =>
      [errorRate, throttleRate, latencyMs, latencySpread, unhealthy, breaks].some((one) => one !== undefined),
    'must say how it is bad: errorRate, throttleRate, latencyMs, latencySpread, unhealthy or breaks',
  )
  .refine(({ after, until }) => until === undefined || until > after, {
    path: ['until'],
    message: 'must be after `after`',
  });

/** A person stops deployments of the release. */
const stopped = z.strictObject({
  /** Counted from the deployment's creation. */
  after: positiveDuration.prefault('1m'),
  /** Whether CodeDeploy rolls back its change; otherwise the alias stays as it is. */
  rollback: z.boolean().default(true),
  /** Only these functions' deployments; all by default. */
  functions: z.array(z.string()).min(1).optional(),
});

/** Deployments of the release fail by an external fault. */
const failsWith = z.strictObject({
  /** CodeDeploy's error code. */
  code: z.string().regex(/^[A-Z][A-Z_]{2,63}$/, 'must be an error code of CodeDeploy, such as THROTTLED'),
  /** Counted from the deployment's creation. */
  after: positiveDuration.prefault('1m'),
  message: z.string().min(1).optional(),
  functions: z.array(z.string()).min(1).optional(),
});

/** The duration of a migration, and whether it then fails; a plain duration succeeds. */
const migration = z.preprocess(
  (value) => (typeof value === 'object' ? value : { takes: value }),
  z.strictObject({ takes: positiveDuration, fails: z.boolean().default(false) }),
);

const exportName = z.string().regex(/^[A-Za-z0-9:-]{1,255}$/);

/** A resource that holds data. */
export const addedResource = z.strictObject({
  /** Logical id in the stack. */
  resource: z.string().regex(/^[A-Za-z0-9]{1,100}$/),
  type: z.enum(['table', 'bucket', 'queue']),
  deletionPolicy: z.enum(['Delete', 'Retain', 'RetainExceptOnCreate']).optional(),
  /** The template sets its name; otherwise CloudFormation generates one, a new one each time. */
  named: z.boolean().default(false),
  /** The functions have its name in their environment and cannot work without it. */
  used: z.boolean().default(false),
  /** Time of the first write, counted from its creation; `never` leaves it empty. */
  written: z.union([positiveDuration, z.literal('never')]).prefault('0s'),
});
export type AddedResource = z.infer<typeof addedResource>;

/** A release: a stack update with new code for some functions, shifted in by CodeDeploy. */
export const release = z.strictObject({
  service: z.string(),
  /** Time of the request for the stack update. */
  at: positiveDuration,
  /** One of the service's stacks; by default the stack that its entry names. */
  stack: z.string().min(1).optional(),
  /** The template that the stack has from this release on. */
  template: templatePath.optional(),
  /** New values of the stack's parameters. */
  stackParameters: stackParameters.default({}),
  /** Deployment configuration: SAM's short name, the full name, or one of `configs`; {@link usualConfig} by default. */
  config: z.string().optional(),
  /** Functions with new code, `[]` for none; by default all functions of the service. */
  functions: z.array(z.string()).optional(),
  /** The code is that of an earlier release of the service, by its number; 0 is the code from before. */
  codeOf: z.number().int().min(0).optional(),
  /** The answers of the new code; those of the previous code by default. */
  answers: answers.prefault({}),
  bad: badness.optional(),
  /** New values of parameters, by name; written right before the stack update. */
  parameters: z.record(z.string(), z.string().min(1)).default({}),
  /** Stages that get a new deployment; by default all stages of the service. */
  apiStages: z.array(z.string()).optional(),
  /** New weights of rules by target group, by the rule's id. */
  mesh: z.record(z.string(), z.record(z.string(), z.number().int().min(0))).default({}),
  /**
   * State machines that get a new version, by the names of their aliases, with the new version's share of the executions, in
   * per cent.
   */
  workflows: z.record(z.string(), z.number().int().min(1).max(100)).default({}),
  /** A data migration in the stack update, once the new code has the traffic. */
  migrates: migration.optional(),
  /** The update is requested with `DisableRollback`: where it fails, the stack stays as it is. */
  disableRollback: z.boolean().optional(),
  /** Tables, buckets and queues that this release adds to the stack, and the data written to them. */
  adds: z.array(addedResource).optional(),
  /** Resources of earlier releases that this release removes from the stack, by their logical ids. */
  removes: z.array(z.string()).min(1).optional(),
  /** Retries of asynchronous invocations from this release on, by the stack's invoke configurations. */
  retries: z.number().int().min(0).max(2).optional(),
  /** Values that the stack exports from this release on, by the names of the exports. */
  exports: z.array(exportName).optional(),
  /** Exports of other stacks that the stack imports from this release on. */
  imports: z.array(exportName).optional(),
  /** A person stops its deployments. */
  stopped: stopped.optional(),
  /** Its deployments fail with an error code of CodeDeploy. */
  deploymentFails: failsWith.optional(),
  hooks: z
    .strictObject({
      preTraffic: trafficHook.optional(),
      postTraffic: trafficHook.optional(),
      /** The hooks of a team's template, by their logical ids. */
      functions: z.record(z.string(), hook).optional(),
    })
    .prefault({}),
});
export type ScenarioRelease = z.infer<typeof release>;

/** The shift of a release that names none. */
export const usualConfig = 'Canary10Percent10Minutes';

/** A custom deployment configuration. */
export const customConfig = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._+=,@-]{0,99}$/)
      .refine((name) => !name.startsWith('CodeDeployDefault.'), 'the prefix CodeDeployDefault. is AWS’s own'),
    type: z.enum(['canary', 'linear']),
    /** Part of the traffic in each step, 1 to 99. */
    percentage: z.number().int().min(1).max(99),
    /** Minutes between two steps. */
    minutes: z.number().int().min(1).max(2880),
  })
  .refine(
    ({ type, percentage, minutes }) => type === 'canary' || Math.ceil(100 / percentage) * minutes <= 2880,
    {
      path: ['minutes'],
      message: 'makes a deployment of more than 48 hours, which CodeDeploy does not take',
    },
  );
export type ScenarioConfig = z.infer<typeof customConfig>;
