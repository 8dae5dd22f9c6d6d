import { StepFunctionsError } from './step-functions-error.ts';

const LONGEST = 80;
// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS names control characters among the forbidden
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/;

/**
 * Checks the name of an execution or machine: 1 to 80 characters, no white space, brackets, wildcards, special
 * or control characters (AWS: apireference/API_StartExecution). Throws `InvalidName`.
 */
export function checkName(name: string): void {
  if (name.length >= 1 && name.length <= LONGEST && !FORBIDDEN.test(name)) return;
  throw new StepFunctionsError('InvalidName', `Invalid Name: '${name}'`);
}
