import * as z from 'zod';
import { parameterType } from '../../../shared/targets/parameter/shapes.ts';

/** A parameter of the services in Parameter Store from before the first release. */
export const scenarioParameter = z.strictObject({
  name: z.string(),
  value: z.string().min(1).default('before'),
  type: parameterType.default('String'),
  /** Key of a SecureString; AWS's own by default. */
  keyId: z.string().min(1).optional(),
  /**
   * The service whose template reads it: a parameter of type `AWS::SSM::Parameter::Value<String>`, in the environment of its
   * functions.
   */
  inTemplateOf: z.string().optional(),
});
export type ScenarioParameter = z.infer<typeof scenarioParameter>;
