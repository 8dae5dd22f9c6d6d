import { AwsError } from '../service.ts';

/** The refusal of a feature that the service has on AWS and the simulated account does not. */
export function unsupported(service: string, operation: string, what: string): AwsError {
  const message = `UnsupportedOperation: ${service}:${operation} with ${what} is not simulated`;
  return new AwsError('UnsupportedOperation', message, 501);
}

/** Refuses, by name, an input with members that the simulation would ignore. */
export function refuseUnknownMembers(
  service: string,
  operation: string,
  input: object,
  known: readonly string[],
): void {
  const unknown = Object.entries(input)
    .filter(([name, value]) => value !== undefined && !known.includes(name))
    .map(([name]) => name);
  if (unknown.length > 0) throw unsupported(service, operation, unknown.join(', '));
}
