import * as z from 'zod';

/** Values of a stack's parameters, by their names in the template. */
export const stackParameters = z.record(z.string(), z.string());

/** A template of the team's: the name of one in packages/rehearsal/templates, or a path relative to the scenario file. */
export const templatePath = z.string().min(1);

/** A stack that is made of the team's own template; the rehearsal makes the others. */
export const scenarioStack = z.strictObject({
  service: z.string(),
  /** Which of the service's stacks; the one its entry names where it is left out. */
  stack: z.string().min(1).optional(),
  template: templatePath,
  parameters: stackParameters.default({}),
});
export type ScenarioStack = z.infer<typeof scenarioStack>;
