import * as z from 'zod';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { unrecordedMail } from '../../../shared/mail/recorded-mails.ts';

export const reportUnrecordedInput = z.strictObject({
  executionArn: z.string(),
  /** Number of services that were to be recorded. */
  services: z.number().int(),
  unrecorded: z.array(
    z.strictObject({
      service: z.string(),
      error: z.string().nullable(),
      /** The beginning of the cause: for a function, cut JSON that begins with its errorMessage or errorType. */
      cause: z.string().nullable(),
    }),
  ),
  /** Number of further services that ended without a result. */
  lost: z.number().int(),
});

export interface ReportUnrecordedDeps {
  readonly mailer: Mailer;
  readonly environment: string;
}

/** Mails the stakeholders once which of all services could not be recorded, and why. */
export function reportUnrecorded({ mailer, environment }: ReportUnrecordedDeps) {
  return async (input: z.infer<typeof reportUnrecordedInput>): Promise<{ unrecorded: number }> => {
    const { executionArn, services, unrecorded, lost } = input;
    const mail = unrecordedMail(environment, {
      executionArn,
      services,
      lost,
      unrecorded: unrecorded.map(({ service, error, cause }) => ({ service, why: wordsOf(error, cause) })),
    });
    await mailer.send(executionArn, 'unrecorded', executionArn, mail);
    return { unrecorded: unrecorded.length + lost };
  };
}

/** The message of a function's error, whose JSON is cut; any other cause unchanged. */
function wordsOf(error: string | null, cause: string | null): string {
  const [, message] = /^\{.*?"errorMessage": ?"((?:[^"\\]|\\.)*)/.exec(cause ?? '') ?? [];
  const words = message?.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? ' ' : escaped)) ?? cause;
  return [error, words].filter(Boolean).join(': ') || 'no cause was given';
}
