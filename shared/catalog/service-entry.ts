import * as z from 'zod';
import { targetEntry, targetName } from '../targets/shapes.ts';
import { healthChecks } from './health-check.ts';
import { phaseOrder } from './phases.ts';

/** Name of a service: it becomes part of execution names, so it is kept short and plain. */
export const serviceName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,39}$/,
    'must be 1 to 40 lower-case letters, digits and hyphens, beginning with a letter',
  );

/**
 * When a consumer goes back with a provider: `by-cut` if it was released on top of an undone release, `always` for any
 * release, `never` because of this provider.
 */
export const coupling = z.enum(['by-cut', 'always', 'never']);
export type Coupling = z.infer<typeof coupling>;

/** A provider of the service: its name, or its name and how the two are coupled. */
export const dependsOnItem = z.union(
  [serviceName, z.strictObject({ service: serviceName, coupling: coupling.default('by-cut') })],
  { error: 'must be the name of a service, or {service, coupling: by-cut, always or never}' },
);
export type DependsOnItem = z.infer<typeof dependsOnItem>;

const share = z.number().gt(0, 'must be above 0').lte(1, 'must be at most 1 (a share, not a percentage)');

/**
 * The rate of errors that is tolerated while a service's normal rate is unknown, and below which a release has to be proved:
 * 5 % is far above a healthy function and below what users put up with.
 */
export const borneErrorRate = 0.05;

const unused = z.number().int().min(1).optional();

/** A team's own bounds, besides those from the version before and from the service's history. */
export const limitsPolicy = z.strictObject({
  /** Errors out of requests. */
  errorRate: share.optional(),
  /** Requests slower than `overMs` out of all requests. */
  slow: z.strictObject({ overMs: z.number().int().positive(), share: share.default(0.1) }).optional(),
  /** Accepted without effect, as are the next two: the amount of data for a verdict follows from the data. */
  sampleRequests: unused,
  breaches: unused,
  ofLast: unused,
});
export type LimitsPolicy = z.infer<typeof limitsPolicy>;

const tolerated = z.number().min(1, 'must be at least 1: as bad as the version before').max(10).default(1);

/** How many times as often as in the version before requests may fail or be slow. */
export const tolerancePolicy = z.strictObject({ errors: tolerated, slow: tolerated });

/** How long a completed deployment is watched. */
export const bakePolicy = z.strictObject({
  minMinutes: z.number().min(0).max(2880).default(15),
  /** Amazon's pipelines ask for at least 100 requests before a verdict. */
  minRequests: z.number().int().min(1).default(100),
  maxMinutes: z.number().min(1).max(2880).default(120),
});
export type BakePolicy = z.infer<typeof bakePolicy>;

/**
 * Actions that the coordinator may take by itself, from least to most: `observe` records, `recommend` mails the plan,
 * `approve` waits for a person, `act` rolls back without asking.
 */
export const autonomy = z.enum(['observe', 'recommend', 'approve', 'act']).default('act');
export type Autonomy = z.infer<typeof autonomy>;

/** Approval by a person, for the autonomy `approve`. */
export const approvalPolicy = z.strictObject({
  /** An on-call person answers a pager within minutes; two escalations make half an hour. At most a day. */
  minutes: z.number().int().min(2).max(1440).default(30),
  /** `hard-breach`: a release that breaks a numeric limit of the policy is rolled back without waiting. */
  unless: z.enum(['hard-breach']).optional(),
  /**
   * The deployment of the service that is still shifting while a person is asked. `shift`: it goes on; `stop`: it is
   * stopped, and CodeDeploy takes the users back.
   */
  meanwhile: z.enum(['shift', 'stop']).optional(),
});
export type ApprovalPolicy = z.infer<typeof approvalPolicy>;

/**
 * Number of rollbacks that the coordinator begins by itself. Three a day: a pipeline that delivers a fourth bad release
 * within a day has a problem that another rollback does not solve.
 */
export const budgetPolicy = z.strictObject({
  rollbacks: z.number().int().min(0).max(100).default(3),
  hours: z.number().int().min(1).max(168).default(24),
});
export type BudgetPolicy = z.infer<typeof budgetPolicy>;

/**
 * The providers of a service that does not come back: `stop` leaves them as they are, since the service still runs on them;
 * `continue` takes them back, for a service that works without them or on older ones.
 */
export const onFailure = z.enum(['stop', 'continue']);

/** The coordinator's permissions and bounds for a service. */
export const servicePolicy = z
  .strictObject({
    autonomy,
    approval: approvalPolicy.prefault({}),
    budget: budgetPolicy.prefault({}),
    bake: bakePolicy.prefault({}),
    limits: limitsPolicy.prefault({}),
    tolerance: tolerancePolicy.prefault({}),
    /**
     * Minutes of cold starts that are not judged, unless nearly every request fails in them. Two are enough where 5 to 20 %
     * of the requests fail for up to two minutes.
     */
    warmUpMinutes: z.number().int().min(0).max(30).default(2),
    /** Requests that stay together on one version: 3 to 10 where callers are kept on one, or retries stay on it. */
    cluster: z.number().min(1).max(10).default(1),
    /** CloudWatch alarms of the service; an alarm that goes into ALARM after the deployment began condemns the release. */
    alarms: z.array(z.string().min(1)).max(100, 'DescribeAlarms takes at most 100 names').default([]),
    healthChecks,
    onFailure: onFailure.default('stop'),
    /** Releases that the service may go back to: `served-well` includes good ones, `good` means those alone. */
    restorePoints: z.enum(['served-well', 'good']).default('served-well'),
    /** Reason why going back is impossible; a service with one is frozen and a person is called. */
    irreversible: z.string().min(1).max(200).optional(),
  })
  .refine(({ bake }) => bake.maxMinutes >= bake.minMinutes, {
    message: 'must be at least minMinutes',
    path: ['bake', 'maxMinutes'],
  });
export type ServicePolicy = z.infer<typeof servicePolicy>;

/** Recipients of mails about the service: there is one topic, so the mails name them. Names or e-mail addresses. */
export const owners = z.array(z.string().trim().min(1).max(100)).min(1).max(10);

/** An entry of the catalog, as one Parameter Store parameter holds it. */
export const serviceEntry = z
  .strictObject({
    version: z.literal(1, 'must be 1, the only version of the catalog format there is'),
    service: serviceName,
    description: z.string().max(200).optional(),
    owners: owners.optional(),
    /** The providers of the service. */
    dependsOn: z.array(dependsOnItem).default([]),
    /** Name of a group of services that are released together and go back together. */
    lockstep: serviceName.optional(),
    /** CloudFormation stack that deploys the service. */
    stack: z.string().min(1).max(128).optional(),
    /** Targets of the service, besides the aliases of its stack, which belong to it without being listed. */
    targets: z.array(targetEntry).default([]),
    /** Order in which the targets go back, if not the usual one. */
    order: phaseOrder.optional(),
    policy: servicePolicy.prefault({}),
  })
  .superRefine((entry, context) => {
    if (entry.targets.length === 0 && entry.stack === undefined) {
      const message = 'needs at least one target, or the service a stack';
      context.addIssue({ code: 'custom', path: ['targets'], message });
    }
    for (const [index, target] of entry.targets.entries()) {
      const missing = (field: string) =>
        context.addIssue({
          code: 'custom',
          path: ['targets', index, field],
          message: `is needed because the service names no stack`,
        });
      if (entry.stack) continue;
      if (target.kind === 'codedeploy' && !target.application) missing('application');
      if (target.kind === 'codedeploy' && !target.deploymentGroup) missing('deploymentGroup');
      if (target.kind === 'cloudformation' && !target.stack) missing('stack');
    }
    const names = entry.targets.map(targetName);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({
        code: 'custom',
        path: ['targets', index],
        message:
          entry.targets[index]?.kind === 'cloudformation'
            ? 'is a second stack of the service, which has one: give it a service of its own, and put both into one lockstep if they go back together'
            : `"${name}" is a target already`,
      });
    }
    const providers = entry.dependsOn.map((item) => providerOf(item).service);
    if (providers.includes(entry.service)) {
      context.addIssue({ code: 'custom', path: ['dependsOn'], message: 'a service cannot depend on itself' });
    }
    for (const [index, provider] of providers.entries()) {
      if (providers.indexOf(provider) === index) continue;
      context.addIssue({ code: 'custom', path: ['dependsOn', index], message: 'is named twice' });
    }
  });
export type ServiceEntry = z.infer<typeof serviceEntry>;

/** A provider in its long form. */
export function providerOf(item: DependsOnItem): { readonly service: string; readonly coupling: Coupling } {
  return typeof item === 'string' ? { service: item, coupling: 'by-cut' } : item;
}

/** The stacks that deploy a service, its own first. */
export function stacksOf({ stack, targets }: Pick<ServiceEntry, 'stack' | 'targets'>): string[] {
  const named = targets.flatMap((target) => (target.kind === 'cloudformation' ? (target.stack ?? []) : []));
  return [...new Set([...(stack ? [stack] : []), ...named])];
}
