import { TargetLeft } from '../errors.ts';

/** Objections told of one stack: the rest of them is in its change set. */
const objectionsTold = 8;

/** The error of a stack that is left as it is on purpose, with what else would have changed. */
export function left(what: string, objections: readonly string[]): TargetLeft {
  const told = objections.slice(0, objectionsTold);
  const more = objections.length - told.length;
  return new TargetLeft(`${what}: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`);
}

/**
 * Acts, and leaves the stack where AWS refuses that for want of rights: CloudFormation acts with those of its caller, of
 * the stack's service role, and under the policies of the organisation.
 *
 * @throws TargetLeft
 */
export async function leftWhereDenied<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isDenied(error)) throw error;
    throw new TargetLeft(`${what}: ${(error as Error).message}`);
  }
}

function isDenied(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/.test(name) ||
    /is not authorized to perform/.test(message)
  );
}
