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

/** A critical mail that needs an answer: its text, its incident, and the facts that count as an answer. */
export const criticalMail = z.strictObject({
  thread: z.string(),
  step: z.string(),
  /** The sender: for the mails of an incident, the incident's execution. */
  owner: z.string(),
  /** Time of sending, ms since the epoch. */
  askedAt: z.number(),
  service: z.string(),
  /** Its incident or release; absent if it has neither. */
  about: z.string().exactOptional(),
  headline: z.string(),
  happened: z.string(),
  task: z.string(),
  by: z.string(),
  /** ISO 8601; absent if there is no deadline. */
  deadline: z.string().exactOptional(),
  how: z.array(line),
  links: z.array(z.strictObject({ what: z.string(), url: z.string() })),
  footer: z.array(z.string()),
  /** The aliases whose traffic it reports. */
  aliases: z.array(readAlias),
  /** Whether users may still have met a new version when it was sent: then their leaving it counts as an answer. */
  trafficAnswers: z.boolean(),
});
export type CriticalMail = z.infer<typeof criticalMail>;

/** Unanswered mails of one thread, oldest first. */
export type UnansweredMails = readonly [CriticalMail, ...CriticalMail[]];

/** The latest mail. */
export function latestOf(mails: UnansweredMails): CriticalMail {
  return mails.at(-1) ?? mails[0];
}

/** A person's statement that somebody works on an incident. */
export const acknowledgement = z.strictObject({
  by: z.string(),
  reason: z.string().exactOptional(),
  at: z.iso.datetime(),
});
export type Acknowledgement = z.infer<typeof acknowledgement>;
