import * as z from 'zod';

const entry = z
  .strictObject({
    kind: z.literal('hook'),
    /** A function of the team's own, with a version or alias after a colon if needed. */
    function: z
      .string()
      .regex(
        /^RollbackHook_[A-Za-z0-9_-]{1,51}(:[A-Za-z0-9_-]{1,128}|:\$LATEST)?$/,
        'must be the name of a function that begins with RollbackHook_: the coordinator may invoke no others',
      ),
    /** Before everything else of the service, or after it. */
    when: z.enum(['before', 'after']).default('before'),
    /** `answer`: done when the function returns; `callback`: done when a caller reports it with the task token. */
    form: z.enum(['answer', 'callback']).default('answer'),
    /** Longest duration. */
    timeoutSeconds: z.number().int().min(1).max(10_800, 'must be at most 3 hours').default(600),
    /** Longest time between heartbeats of a callback. */
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
export type HookEntry = z.infer<typeof entry>;

/** A team's own function that takes part in a rollback. */
export const hookPlan = z.strictObject({
  kind: z.literal('hook'),
  phase: z.enum(['hook-before', 'hook-after']),
  target: z.string(),
  function: z.string(),
  form: z.enum(['answer', 'callback']),
  timeoutSeconds: z.number().int().positive(),
  heartbeatSeconds: z.number().int().positive(),
});
export type HookPlan = z.infer<typeof hookPlan>;

/** Schemas of a hook; it has no recorded state. */
export const hookShape = {
  entry,
  name: ({ function: name, when }: HookEntry) => `${name} ${when}`,
  plans: [hookPlan],
} as const;
