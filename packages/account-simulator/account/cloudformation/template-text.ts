import { AwsError } from '../service.ts';
import { validationError } from './cloudformation-errors.ts';

/** Bytes of a template in the request itself (API reference, `TemplateBody`). */
const LONGEST_BODY = 51_200;
/** Bytes of a template at a URL. */
const LONGEST_OBJECT = 1_048_576;

/** The source of a request's template. */
export interface TemplateSource {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
  readonly UsePreviousTemplate?: boolean | undefined;
}

/** Reads the object behind a `TemplateURL`; throws an AwsError if it does not exist. */
export type ReadTemplate = (url: string) => string | Promise<string>;

/**
 * The text of a request's template.
 *
 * @param previous the stack's current template, for `UsePreviousTemplate`
 * @throws ValidationError for no template, more than one, or one that is too long
 */
export async function templateText(
  source: TemplateSource,
  previous: string | undefined,
  read: ReadTemplate | undefined,
): Promise<string> {
  const { TemplateBody: body, TemplateURL: url } = source;
  if (source.UsePreviousTemplate) {
    if (body !== undefined || url !== undefined) {
      throw validationError('You cannot specify both usePreviousTemplate and Template Body/Template URL.');
    }
    if (previous === undefined) throw validationError('There is no previous template.');
    return previous;
  }
  if ((body === undefined) === (url === undefined)) {
    throw validationError('Either Template URL or Template Body must be specified.');
  }
  if (body !== undefined) {
    if (Buffer.byteLength(body) > LONGEST_BODY) {
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_BODY}`,
      );
    }
    return body;
  }
  const text = await readObject(url as string, read);
  if (Buffer.byteLength(text) > LONGEST_OBJECT) {
    throw validationError(`Template may not exceed ${LONGEST_OBJECT} bytes in size.`);
  }
  return text;
}

/** As {@link templateText}, without waiting; a template that cannot be read at once is a ValidationError. */
export function templateTextNow(
  source: TemplateSource,
  previous: string,
  read: ReadTemplate | undefined,
): string {
  if (source.UsePreviousTemplate) return previous;
  if (source.TemplateBody !== undefined) return source.TemplateBody;
  const text = source.TemplateURL === undefined ? undefined : read?.(source.TemplateURL);
  if (typeof text === 'string') return text;
  throw validationError('The template cannot be read now.');
}

async function readObject(url: string, read: ReadTemplate | undefined): Promise<string> {
  if (!read) throw validationError('The simulated CloudFormation was given no way to read a TemplateURL.');
  try {
    return await read(url);
  } catch (error) {
    if (error instanceof AwsError) throw validationError(`S3 error: ${error.message}`);
    throw error;
  }
}
