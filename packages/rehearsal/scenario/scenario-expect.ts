import * as z from 'zod';
import { outcome, releaseVerdict } from '../../../shared/ledger/records.ts';
import { positiveDuration } from './duration.ts';
import { type AccountSettings, isPlayed, namedSettings } from './scenario-account.ts';

const executionStatus = z.enum(['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'RUNNING']);
const machineName = z.enum([
  'monitor-deployment',
  'coordinate-rollback',
  'execute-plan',
  'roll-back-service',
  'record-release',
  'answer-approval',
]);
const count = z.number().int().min(0);

/** How one incident is expected to go. */
export const expectedIncident = z.strictObject({
  service: z.string(),
  /** Any, where it is left out. */
  outcome: outcome.optional(),
  /** Text its reason contains. */
  reason: z.string().optional(),
  /** At most so long from the moment the release became bad to its detection. */
  detectedWithin: positiveDuration.optional(),
  /** At most so long from the moment the release became bad until every alias is back. */
  recoveredWithin: positiveDuration.optional(),
});

/** What an expectation may name, but for what differs between settings. */
const members = z.strictObject({
  /** All incidents, in the order they were opened; `[]` is none. */
  incidents: z.array(expectedIncident),
  /** Verdicts of the releases in the ledger, oldest first, by service; with those that rollbacks made, or without. */
  releases: z.record(z.string(), z.array(releaseVerdict)).optional(),
  /** Whose code the aliases serve alone, by service or `service.function`: 0 is the code from before, n the n-th release of the service. */
  serves: z.record(z.string(), count).optional(),
  /** Version of the aliases, by service or `service.function`. */
  aliases: z.record(z.string(), z.string()).optional(),
  /** Whose deployment the stages serve, by name of their target: 0 is the one from before. */
  apiStages: z.record(z.string(), count).optional(),
  /** Final weights by target group, by the rule's id. */
  mesh: z.record(z.string(), z.record(z.string(), count)).optional(),
  /** Final parts in percent by the release that brought the version, by the alias of the state machine: 0 is from before. */
  workflows: z.record(z.string(), z.record(z.string(), count)).optional(),
  /** Final values of parameters, by name. */
  parameters: z.record(z.string(), z.string()).optional(),
  /** Final status of the stacks, by service. */
  stacks: z.record(z.string(), z.string()).optional(),
  /**
   * What became of the resources that hold data, by `service.resource`: it is there (`kept`), it was deleted or
   * replaced after something had been written to it (`lost`), or it is not there and nothing is lost (`none`).
   */
  data: z.record(z.string(), z.enum(['kept', 'lost', 'none'])).optional(),
  /** Parts of the subjects of all mails, in order. */
  mails: z.array(z.string()).optional(),
  /** Texts of which each stands in some mail. */
  mailsSay: z.array(z.string().min(1)).optional(),
  /** How many executions of each machine ended how; machines that are left out may have any. */
  executions: z.partialRecord(machineName, z.partialRecord(executionStatus, count)).optional(),
  /** How many deployments the ledger knows as rollbacks, by who made them. */
  trackedRollbacks: z
    .partialRecord(z.enum(['codedeploy', 'cloudformation', 'coordinator']), count)
    .optional(),
  /** Messages in the dead-letter queues: events that nobody could handle. */
  undelivered: count.optional(),
  /** Text that the cause of some failed execution contains. */
  failureCause: z.string().optional(),
});

/** What has to be true when everything has come to rest; what is left out may be anything. */
export const expectation = members.extend({
  undelivered: count.default(0),
  /** Where the right end differs between settings of the account: the first that fits replaces what it names. */
  under: z.array(members.partial().extend({ account: namedSettings })).default([]),
});
export type ScenarioExpectation = z.infer<typeof expectation>;

/** What is expected of a run with these settings: an expectation without `under`. */
export function expectedUnder(
  { under, ...members }: ScenarioExpectation,
  settings: AccountSettings,
): Omit<ScenarioExpectation, 'under'> {
  const { account: _, ...replaced } = under.find(({ account }) => isPlayed(account, settings)) ?? {};
  return { ...members, ...replaced } as Omit<ScenarioExpectation, 'under'>;
}
