import { TargetLeft, TargetNotRestored } from '../../errors.ts';
import { isRoleRefused } from './stack-role.ts';

/** Objections named for one stack; its change set has the rest. */
const objectionsTold = 8;

/** The error of a stack that is left as it is on purpose, with the other changes that would have been made. */
export function left(what: string, objections: readonly string[]): TargetLeft {
  const told = objections.slice(0, objectionsTold);
  const more = objections.length - told.length;
  return new TargetLeft(`${what}: ${told.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`);
}

/**
 * Runs a step, and leaves the stack alone if AWS refuses it for good. Rights may be missing, because CloudFormation acts
 * with those of its caller or of the stack's service role, under the policies of the organisation (a deleted service role
 * has none); or another stack has just removed an export that is needed.
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
 * Lets a stack that is left alone stop nothing else, unless something needs it.
 *
 * @param needed sentence for the case that something needs the stack; undefined if nothing does
 * @throws TargetNotRestored in place of TargetLeft if something does
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

/** A change set or an update whose template imports a name that nobody exports. */
function isWithoutExport(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'ValidationError' && message.startsWith('No export named ');
}
