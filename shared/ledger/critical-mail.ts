import * as z from 'zod';

const line = z.union([
  z.string(),
  z.strictObject({
    text: z.string(),
    whole: z.literal(true).exactOptional(),
    hang: z.number().exactOptional(),
  }),
]);

const readAlias = z.strictObject({
  service: z.string(),
  target: z.string(),
  function: z.string(),
  alias: z.string(),
  oldVersion: z.string().exactOptional(),
  newVersion: z.string(),
  deploymentId: z.string().exactOptional(),
  servedFrom: z.string().exactOptional(),
});

/** A critical mail that somebody has to answer: what was asked, of which incident, and what would show that it was done. */
export const criticalMail = z.strictObject({
  thread: z.string(),
  step: z.string(),
  /** Who sent it: the execution of the incident for the mails of an incident. */
  owner: z.string(),
  /** When it was sent, ms since the epoch. */
  askedAt: z.number(),
  service: z.string(),
  /** The incident or the release it is about; absent where there is neither. */
  about: z.string().exactOptional(),
  headline: z.string(),
  happened: z.string(),
  task: z.string(),
  by: z.string(),
  /** ISO 8601; absent where none runs. */
  deadline: z.string().exactOptional(),
  how: z.array(line),
  links: z.array(z.strictObject({ what: z.string(), url: z.string() })),
  footer: z.array(z.string()),
  /** The aliases whose traffic it states. */
  aliases: z.array(readAlias),
  /** Whether users were not known to be off all their new versions when it was sent: then it is an answer that they are. */
  trafficAnswers: z.boolean(),
});
export type CriticalMail = z.infer<typeof criticalMail>;

/** Unanswered mails of one thread, oldest first. */
export type UnansweredMails = readonly [CriticalMail, ...CriticalMail[]];

/** The mail that was sent last. */
export function latestOf(mails: UnansweredMails): CriticalMail {
  return mails.at(-1) ?? mails[0];
}

/** A person's word that somebody works on an incident. */
export const acknowledgement = z.strictObject({
  by: z.string(),
  reason: z.string().exactOptional(),
  at: z.iso.datetime(),
});
export type Acknowledgement = z.infer<typeof acknowledgement>;
