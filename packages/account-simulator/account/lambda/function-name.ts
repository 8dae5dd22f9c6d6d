import { AwsError } from '../service.ts';

/** A function as a caller names it, split into the name itself and the version or alias behind it. */
export interface FunctionReference {
  readonly name: string;
  readonly qualifier?: string;
}

const PATTERN =
  /^(?:arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:|\d{12}:function:)?([a-zA-Z0-9-_]{1,64})(?::(\$LATEST|[a-zA-Z0-9-_]+))?$/;

/**
 * Reads a `FunctionName` as every Lambda operation takes it: name, partial ARN or full ARN, each with or without
 * a qualifier (API reference, "FunctionName").
 *
 * @param qualifier the operation's own `Qualifier`, which must agree with one inside the name
 * @throws ValidationException for anything else, InvalidParameterValueException for two different qualifiers
 */
export function parseFunctionName(text: string | undefined, qualifier?: string): FunctionReference {
  const match = PATTERN.exec(text ?? '');
  if (!match?.[1]) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${text ?? ''}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern`,
    );
  }
  const inName = match[2];
  if (inName && qualifier && inName !== qualifier) {
    throw new AwsError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    );
  }
  const chosen = qualifier ?? inName;
  return chosen === undefined ? { name: match[1] } : { name: match[1], qualifier: chosen };
}
