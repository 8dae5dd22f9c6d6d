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

/** The expected course of one incident. */
export const expectedIncident = z.strictObject({
  service: z.string(),
  /** Any outcome by default. */
  outcome: outcome.optional(),
  /** Text in its reason. */
  reason: z.string().optional(),
  /** Longest time from the moment the release became bad to its detection. */
  detectedWithin: positiveDuration.optional(),
  /** Longest time from the moment the release became bad until every alias is back. */
  recoveredWithin: positiveDuration.optional(),
});

/** Members of an expectation, without differences between settings. */
const members = z.strictObject({
  /** All incidents, in the order they were opened; `[]` is none. */
  incidents: z.array(expectedIncident),
  /** Verdicts of the releases in the ledger, oldest first, by service; either with or without those of rollbacks. */
  releases: z.record(z.string(), z.array(releaseVerdict)).optional(),
  /**
   * The release whose code alone the aliases serve, by service or `service.function`: 0 is the code from before, n the n-th
   * release of the service.
   */
  serves: z.record(z.string(), count).optional(),
  /** Version of the aliases, by service or `service.function`. */
  aliases: z.record(z.string(), z.string()).optional(),
  /** The release whose deployment the stages serve, by name of their target: 0 is the state before. */
  apiStages: z.record(z.string(), count).optional(),
  /** Final weights by target group, by the rule's id. */
  mesh: z.record(z.string(), z.record(z.string(), count)).optional(),
  /**
   * Final shares, in per cent, by the release that brought the version, by the alias of the state machine: 0 is the state
   * before.
   */
  workflows: z.record(z.string(), z.record(z.string(), count)).optional(),
  /** Final values of parameters, by name. */
  parameters: z.record(z.string(), z.string()).optional(),
  /** Final status of the stacks, by service. */
  stacks: z.record(z.string(), z.string()).optional(),
  /**
   * The fate of resources with data, by `service.resource`: the resource exists (`kept`), it was deleted or replaced after
   * data had been written to it (`lost`), or it does not exist and no data is lost (`none`).
   */
  data: z.record(z.string(), z.enum(['kept', 'lost', 'none'])).optional(),
  /** Parts of the subjects of all mails, in order. */
  mails: z.array(z.string()).optional(),
  /** Texts that each occur in some mail. */
  mailsSay: z.array(z.string().min(1)).optional(),
  /** Number of executions by machine and final status; omitted machines may have any. */
  executions: z.partialRecord(machineName, z.partialRecord(executionStatus, count)).optional(),
  /** Number of deployments that the ledger holds as rollbacks, by their creator. */
  trackedRollbacks: z
    .partialRecord(z.enum(['codedeploy', 'cloudformation', 'coordinator']), count)
    .optional(),
  /** Messages in the dead-letter queues: events that could not be handled. */
  undelivered: count.optional(),
  /** Text in the cause of some failed execution. */
  failureCause: z.string().optional(),
});

/** The expected state when everything is at rest; omitted members may have any value. */
export const expectation = members.extend({
  undelivered: count.default(0),
  /**
   * Exceptions for settings of the account with a different correct end: the first match replaces the members that it names.
   */
  under: z.array(members.partial().extend({ account: namedSettings })).default([]),
});
export type ScenarioExpectation = z.infer<typeof expectation>;

/** The expectation for a run with these settings, without `under`. */
export function expectedUnder(
  { under, ...members }: ScenarioExpectation,
  settings: AccountSettings,
): Omit<ScenarioExpectation, 'under'> {
  const { account: _, ...replaced } = under.find(({ account }) => isPlayed(account, settings)) ?? {};
  return { ...members, ...replaced } as Omit<ScenarioExpectation, 'under'>;
}
