import * as z from 'zod';

/**
 * A function of the team that says whether the service works: asked at every look while a release is watched, and after a
 * rollback. It returns `{"healthy": true}`, or `{"healthy": false, "reason": "…"}`.
 */
export const healthCheck = z.strictObject({
  /** Name of the function, with or without a version or alias: `HealthCheck_orders`, `HealthCheck_orders:live`. */
  function: z
    .string()
    .regex(
      /^HealthCheck_[A-Za-z0-9_-]{1,52}(:[A-Za-z0-9_-]{1,128})?$/,
      'must be the name of a function that begins with HealthCheck_, the only ones the coordinator may ask, with a version or alias at most',
    ),
  /** Unhealthy answers in a row that condemn the release. Three, as Kubernetes' failureThreshold. */
  failures: z.number().int().min(1).max(5).default(3),
});
export type HealthCheck = z.infer<typeof healthCheck>;

/** The health checks of a service: each look asks them all. */
export const healthChecks = z
  .array(healthCheck)
  .max(5, 'at most 5: each is asked at every look of every deployment')
  .superRefine((checks, context) => {
    const names = checks.map((check) => check.function);
    for (const [index, name] of names.entries()) {
      if (names.indexOf(name) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'function'], message: `"${name}" is asked already` });
    }
  })
  .default([]);
