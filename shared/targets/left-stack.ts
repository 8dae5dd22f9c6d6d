import { TargetLeft } from '../errors.ts';

/** Objections told of one stack: the rest of them is in its change set. */
const objectionsTold = 8;

/** The error of a stack that is left as it is on purpose, with what else would have changed. */
export function left(what: string, objections: readonly string[]): TargetLeft {
  const told = objections.slice(0, objectionsTold);
  const more = objections.length - told.length;
  return new TargetLeft(`${what}: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`);
}

/** Whether AWS refused a call for want of rights. */
export function isDenied(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/.test(name) ||
    /is not authorized to perform/.test(message)
  );
}
