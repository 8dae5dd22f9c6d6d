import * as z from 'zod';

/** The coordinator's own parameters are below this path: a rollback must never restore them. */
const ownPath = '/rollback-coordinator';

const segment = '[A-Za-z0-9_.-]+';
const isOwn = (name: string) => name === ownPath || name.startsWith(`${ownPath}/`);

const own = {
  error: `must not be at or below ${ownPath}: that is the coordinator's own catalog, which is no target`,
};
const reserved = {
  error: "must not begin with aws or ssm: those parameters are AWS's own and cannot be written",
};

/** Name of a parameter in Parameter Store (Systems Manager API reference, PutParameter). */
export const parameterName = z
  .string()
  .regex(
    new RegExp(`^(${segment}|(/${segment}){1,15})$`),
    "must be a parameter's full name, such as /orders/limits: letters, digits, . - _ and / between levels",
  )
  .max(1011, 'must have at most 1011 characters')
  .refine((name) => !isOwn(name), own)
  .refine((name) => !/^\/?(aws|ssm)/i.test(name), reserved);

/** Path above parameters. */
export const parameterPath = z
  .string()
  .regex(
    new RegExp(`^(/${segment}){1,14}$`),
    'must be a path, such as /orders/settings, without a slash at its end',
  )
  .max(1011, 'must have at most 1011 characters')
  .refine((path) => !isOwn(path), own)
  .refine((path) => !/^\/(aws|ssm)/i.test(path), reserved);
