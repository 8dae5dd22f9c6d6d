import * as z from 'zod';
import { defaultEnvironment, environments } from '../../../cli/environments.ts';
import { type ServiceEntry, serviceEntry } from '../../../shared/catalog/service-entry.ts';
import { positiveDuration } from './duration.ts';
import { scenarioAccount } from './scenario-account.ts';
import { alarm } from './scenario-alarm.ts';
import { expectation } from './scenario-expect.ts';
import { faults } from './scenario-fault.ts';
import { scenarioHealthCheck } from './scenario-health-check.ts';
import { rollbackHook } from './scenario-hook.ts';
import { meshRule } from './scenario-mesh.ts';
import { scenarioParameter } from './scenario-parameter.ts';
import { customConfig, release } from './scenario-release.ts';
import { scenarioStack } from './scenario-stack.ts';
import { traffic } from './scenario-traffic.ts';
import { aliasMove, trouble } from './scenario-trouble.ts';
import type { TeamTemplates } from './service-functions.ts';

const longestHistoryMs = 15 * 24 * 3_600_000;
const longestPastMs = 63 * 24 * 3_600_000;

/** A person starts a machine by hand. */
export const manualStart = z.strictObject({
  at: positiveDuration,
  machine: z
    .enum([
      'coordinate-rollback',
      'record-release',
      'answer-approval',
      'execute-plan',
      'roll-back-service',
      'monitor-deployment',
    ])
    .default('coordinate-rollback'),
  /** The execution's input, as typed into the console. */
  input: z.json(),
  /** Adds the digest of the last reported plan, as copied from its mail. */
  withReportedPlan: z.boolean().default(false),
});

/** A person invokes a function by hand. */
export const manualInvocation = z.strictObject({
  at: positiveDuration,
  function: z.enum(['answer-approval', 'hold-service']),
  /** The function's event, as typed into the console. */
  input: z.json(),
});

/** A person writes the catalog parameter of a service. */
export const catalogWrite = z.strictObject({
  at: positiveDuration,
  service: z.string(),
  /** The parameter's value: any text. */
  text: z.string().min(1),
});

/**
 * A scenario file: the deployments with their times and behaviour, other events, and the expected result. Times are
 * durations; 0 is the moment the rehearsal proper begins.
 */
export const scenarioFile = z.strictObject({
  title: z.string().min(1).max(100),
  description: z.string().optional(),
  /** Catalog of the services: the name of one in packages/rehearsal/catalogs, or a path relative to the scenario file. */
  catalog: z.string().min(1).optional(),
  /** The services, instead of a catalog file. */
  services: z.array(serviceEntry).min(1).optional(),
  environment: z.enum(environments).default(defaultEnvironment),
  /** Parameters of the coordinator's own template, besides `Environment` and `StakeholderEmail`. */
  installation: z.record(z.string(), z.string()).default({}),
  /** AWS's behaviour where it is not proved. */
  account: scenarioAccount.prefault({}),
  /** Members that override the policies of catalog entries, by service. */
  policies: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  /** Services of the catalog that exist in the account and whose parameters are never written. */
  unmanaged: z.array(z.string()).default([]),
  /** Virtual time of 0, UTC. */
  start: z.iso.datetime().default('2026-01-05T09:00:00Z'),
  /** Time that the services have had traffic before 0. */
  history: positiveDuration
    .refine(
      (ms) => ms <= longestHistoryMs,
      'must be at most 15d: CloudWatch keeps metrics of a minute no longer',
    )
    .prefault('3h'),
  /** Time before the history with the same traffic: only its metrics of five minutes and longer remain. */
  past: positiveDuration
    .refine(
      (ms) => ms <= longestPastMs,
      'must be at most 63d: CloudWatch keeps metrics of five minutes no longer',
    )
    .prefault('7d'),
  /** The shortest run, even at rest: for work that only a schedule of the coordinator finds. */
  atLeast: positiveDuration.prefault('0s'),
  /** The time at which the rehearsal is given up. */
  deadline: positiveDuration.prefault('72h'),
  /** Stacks made from the teams' own templates. */
  stacks: z.array(scenarioStack).default([]),
  traffic: traffic.prefault({}),
  configs: z.array(customConfig).default([]),
  alarms: z.array(alarm).default([]),
  parameters: z.array(scenarioParameter).default([]),
  /** Provisioned concurrency of aliases, in executions, by `service.function`. */
  provisioned: z.record(z.string(), z.number().int().positive()).default({}),
  /** The fate of a version that the stack's template no longer has: SAM's `VersionDeletionPolicy`. */
  versionDeletionPolicy: z.enum(['Retain', 'Delete']).default('Retain'),
  /** Stages of HTTP APIs that deploy themselves, by name of their target. */
  autoDeploy: z.array(z.string()).default([]),
  mesh: z.array(meshRule).default([]),
  rollbackHooks: z.array(rollbackHook).default([]),
  healthChecks: z.array(scenarioHealthCheck).default([]),
  releases: z.array(release).default([]),
  troubles: z.array(trouble).default([]),
  aliasMoves: z.array(aliasMove).default([]),
  starts: z.array(manualStart).default([]),
  invocations: z.array(manualInvocation).default([]),
  catalogWrites: z.array(catalogWrite).default([]),
  faults: faults.prefault({}),
  expect: expectation,
});
export type ScenarioFile = z.infer<typeof scenarioFile>;

/** A scenario with its catalog: all inputs of a rehearsal. */
export interface Scenario extends Omit<ScenarioFile, 'catalog' | 'services' | 'policies'> {
  /** Short name, from its file. */
  readonly name: string;
  /** The catalog's entries with the scenario's policies and alarms merged in. */
  readonly services: readonly ServiceEntry[];
  readonly templates: TeamTemplates;
}
