import { TargetLeft, TargetNotRestored } from '../../errors.ts';
import { isRoleRefused } from './stack-role.ts';

/** Objections told of one stack: the rest of them is in its change set. */
const objectionsTold = 8;

/** The error of a stack that is left as it is on purpose, with what else would have changed. */
export function left(what: string, objections: readonly string[]): TargetLeft {
  const told = objections.slice(0, objectionsTold);
  const more = objections.length - told.length;
  return new TargetLeft(`${what}: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`);
}

/**
 * Acts, and leaves the stack where AWS refuses that for good: for want of rights, because CloudFormation acts with those of
 * its caller, of the stack's service role, and under the policies of the organisation (a service role that is gone has none);
 * or for want of an export that another stack has taken away just now.
 *
 * @throws TargetLeft
 */
export async function leftWhereRefused<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!isDenied(error) && !isWithoutExport(error)) throw error;
    throw new TargetLeft(`${what}: ${(error as Error).message}`);
  }
}

/**
 * A stack that is left stops nothing else, unless something needs it.
 *
 * @param needed what is said then, as a sentence; undefined where nothing needs the stack
 * @throws TargetNotRestored in place of TargetLeft where something does
 */
export async function leftUnlessNeeded<T>(needed: string | undefined, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof TargetLeft) || needed === undefined) throw error;
    throw new TargetNotRestored(`${error.message} ${needed}`);
  }
}

function isDenied(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    isRoleRefused(error) ||
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation)$/.test(name) ||
    /is not authorized to perform/.test(message)
  );
}

/** A change set or an update whose template imports what nobody exports. */
function isWithoutExport(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ValidationError' && message.startsWith('No export named ');
}
