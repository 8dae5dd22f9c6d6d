import * as z from 'zod';
import type { Mailer } from '../../../shared/mail/mailer.ts';
import { unrecordedMail } from '../../../shared/mail/recorded-mails.ts';

export const reportUnrecordedInput = z.strictObject({
  executionArn: z.string(),
  /** Services that were to be recorded. */
  services: z.number().int(),
  unrecorded: z.array(
    z.strictObject({
      service: z.string(),
      error: z.string().nullable(),
      /** Its beginning: of a function, cut JSON that begins with its errorMessage or errorType. */
      cause: z.string().nullable(),
    }),
  ),
  /** So many more ended without a word. */
  lost: z.number().int(),
});

export interface ReportUnrecordedDeps {
  readonly mailer: Mailer;
  readonly environment: string;
}

/** Tells the stakeholders in one mail which of all services could not be recorded, and why. */
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

/** The message of a function's error, whose JSON is cut; any other cause as it is. */
function wordsOf(error: string | null, cause: string | null): string {
  const [, message] = /^\{.*?"errorMessage": ?"((?:[^"\\]|\\.)*)/.exec(cause ?? '') ?? [];
  const words = message?.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? ' ' : escaped)) ?? cause;
  return [error, words].filter(Boolean).join(': ') || 'no cause was given';
}
