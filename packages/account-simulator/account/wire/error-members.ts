import type { AwsError } from '../service.ts';
import type { ErrorModel } from './service-model.ts';

/** The members of an error on the wire: its fields, and its message under the model's name for it. */
export function errorMembers(error: AwsError, model: ErrorModel | undefined): Record<string, unknown> {
  const members: Record<string, unknown> = { message: error.message };
  if (model?.schema.isStructSchema()) {
    for (const [name] of model.schema.structIterator())
      if (name === 'Message') members.Message = error.message;
  }
  return { ...members, ...error.fields };
}

/** The status of an error: the model's where it sets one, else the error's own. */
export function statusOf(error: AwsError, model: ErrorModel | undefined): number {
  return model?.status ?? error.statusCode;
}
