import * as z from 'zod';

/** Values of a stack's parameters, by their names in the template. */
export const stackParameters = z.record(z.string(), z.string());

/** A team's template: the name of one in packages/rehearsal/templates, or a path relative to the scenario file. */
export const templatePath = z.string().min(1);

/** A stack made from the team's own template; the rehearsal makes the others. */
export const scenarioStack = z.strictObject({
  service: z.string(),
  /** One of the service's stacks; by default the stack that its entry names. */
  stack: z.string().min(1).optional(),
  template: templatePath,
  parameters: stackParameters.default({}),
});
export type ScenarioStack = z.infer<typeof scenarioStack>;
