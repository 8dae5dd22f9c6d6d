import { AwsError } from '../service.ts';
import type { Interceptor } from '../wire/wire.ts';
import type { Permissions } from './permissions.ts';
import { toSeeThatMissing } from './s3-permissions.ts';

/** Refuses calls on the wire that the caller's role does not allow, with the error the service sends. */
export function permissionInterceptor(permissions: Permissions): Interceptor {
  return async (call, next) => {
    permissions.check(call);
    if (call.service !== 's3') return next();
    try {
      return await next();
    } catch (error) {
      if (isMissingObject(error)) permissions.require(call.caller, toSeeThatMissing(call.input), 's3');
      throw error;
    }
  };
}

function isMissingObject(error: unknown): boolean {
  return error instanceof AwsError && error.statusCode === 404 && error.name !== 'NoSuchBucket';
}
