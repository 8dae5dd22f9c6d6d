import * as z from 'zod';
import { servicePolicy } from '../shared/catalog/service-entry.ts';
import { evidence } from '../shared/judge/judgement.ts';
import { approvalRecord } from '../shared/ledger/approval-ledger.ts';
import { checkpointRecord, checkpointSubject } from '../shared/ledger/checkpoint-records.ts';
import { holdRecord } from '../shared/ledger/hold-ledger.ts';
import {
  incidentRecord,
  movedAlias,
  normalRates,
  outcome,
  releaseRecord,
  serviceResult,
  settledAs,
  trafficCount,
  versionDigests,
  watchedDeployment,
} from '../shared/ledger/records.ts';
import { rollbackPlan } from '../shared/targets/service-plan.ts';
import { targetSnapshot } from '../shared/targets/shapes.ts';

const instant = z.iso.datetime();

/** A request for approval without the token of its waiting task. */
const approval = approvalRecord.omit({ token: true, attempt: true });

const incident = incidentRecord
  .omit({ evidence: true, owners: true, detectedAt: true, leftOnPurpose: true })
  .extend({ approval: approval.nullable().describe('Null where nobody was asked.') });

const release = releaseRecord.pick({ releaseId: true, startedAt: true, verdict: true, restores: true });

const deployment = checkpointSubject
  .pick({ deploymentId: true, kind: true, target: true, fromVersion: true, toVersion: true, createdAt: true })
  .extend({
    checkpoints: z
      .array(
        checkpointRecord.pick({
          at: true,
          phase: true,
          status: true,
          verdict: true,
          share: true,
          shiftingSince: true,
          shiftedAt: true,
          evidence: true,
        }),
      )
      .describe('Where it stood when, oldest first.'),
  });

const historyEntry = z.strictObject({
  at: instant,
  release: releaseRecord
    .pick({ releaseId: true, verdict: true, restores: true, failed: true, statedGood: true })
    .extend({
      incident: incident
        .pick({
          incidentId: true,
          status: true,
          outcome: true,
          reason: true,
          requestedBy: true,
          approval: true,
        })
        .nullable(),
    })
    .nullable()
    .describe('Null for a rollback that belongs to no release.'),
  deployments: z.array(deployment),
});

const watched = checkpointRecord
  .pick({ phase: true, share: true, verdict: true })
  .partial()
  .extend({
    target: z.string().nullable().describe('Null where the release is watched as one unit.'),
    deploymentId: z.string().optional(),
    version: z.string().optional(),
    since: instant.describe('Since when it is in that phase, or watched.'),
  });

const serviceStatus = z.strictObject({
  service: z.string(),
  release: release.nullable().describe('The release that is live; null before the first is recorded.'),
  watched: z.array(watched),
  rolledBackBy: z.string().nullable().describe('The incident that is rolling it back.'),
});

const liveService = z.strictObject({
  service: z.string(),
  at: instant,
  release: release.nullable().describe('The release in force, with the verdict that it has today.'),
  aliases: z.array(
    z.strictObject({
      target: z.string(),
      function: z.string(),
      alias: z.string(),
      versions: z.array(z.string()).describe('One; two while traffic is split; none where nothing is known.'),
      certainty: z
        .enum(['recorded', 'seen', 'inferred', 'between'])
        .describe(
          'recorded by the deployment that moved it; seen at "since"; inferred from the next deployment; changed between ' +
            '"since" and "until".',
        ),
      since: instant.nullable(),
      until: instant.nullable(),
      orVersions: z.array(z.string()).optional().describe('With "between": what it may have had instead.'),
      by: z.string().describe('The deployment or incident by which it is known.'),
    }),
  ),
  others: z.array(
    z.strictObject({
      target: z.string(),
      saved: targetSnapshot.nullable(),
      releaseId: z.string().nullable(),
    }),
  ),
});

const why = z.strictObject({
  incident: incidentRecord,
  release: releaseRecord.nullable(),
  approval: approval.nullable(),
  plan: rollbackPlan.nullable().describe('Of the latest attempt; null where none was made.'),
  results: z.array(serviceResult),
  deployments: z.array(deployment),
});

const reportedPlan = z.strictObject({
  outcome: z.enum(['planned', 'not-possible', 'not-needed']),
  releaseId: z.string().describe('The release that would be undone.'),
  reason: z.string().optional().describe('Why there is nothing to execute.'),
  planDigest: z.string().optional().describe('To be handed in to have exactly this executed.'),
  planKey: z.string().optional().describe("Where the whole plan is in the coordinator's bucket."),
  services: z
    .array(z.strictObject({ service: z.string(), to: z.string(), why: z.string() }))
    .optional()
    .describe('In the order they go back; the first 500.'),
  servicesInAll: z.number().int().optional(),
  expectedSeconds: z.number().optional().describe('How long it took before, along the longest path.'),
  stays: z.number().int().optional().describe('How many neighbours stay as they are.'),
});

const execution = z.strictObject({ executionArn: z.string(), url: z.string(), status: z.string() });

const answeredApproval = z.strictObject({
  incidentId: z.string(),
  answer: z.enum(['approve', 'refuse']),
  planDigest: z.string().describe('The plan that was answered.'),
});

const onHold = z.strictObject({ onHold: z.array(holdRecord) });

const fileFinding = z.strictObject({
  file: z.string(),
  service: z.string(),
  severity: z.enum(['error', 'note']),
  path: z.string().describe('The field within the entry.'),
  reason: z.string(),
});

const suggestedEntry = z.strictObject({
  version: z.literal(1),
  service: z.string(),
  stack: z.string(),
  dependsOn: z.array(z.string()).optional(),
  policy: z.strictObject({ alarms: z.array(z.string()) }).optional(),
});

const stackChange = z.strictObject({
  action: z.string(),
  logicalId: z.string(),
  type: z.string(),
  replacement: z.string().optional(),
  scope: z.array(z.string()),
  nested: z.boolean(),
});

const count = z.number().int();

const replayedRelease = z.strictObject({
  release: z.string(),
  deployments: z.array(z.string()),
  servedFrom: instant.describe('Its first traffic; the beginning of its record where it had none.'),
  label: z.enum(['good', 'bad']).optional(),
  onset: instant.optional(),
  result: z.enum(['condemned', 'good', 'unproven', 'replaced', 'undecided']),
  at: instant.describe('When that was decided.'),
  reason: z.string(),
  rule: z.string().optional().describe('The rule that condemned it.'),
  action: z.enum(['roll-back', 'ask', 'report']).optional(),
  held: z.string().optional().describe('Why it is not rolled back at once.'),
  delayMinutes: z.number().optional(),
  byLabel: z.enum(['right', 'false', 'missed', 'undecided']).optional(),
  requests: z.number(),
  errors: z.number(),
  historyHours: z.number(),
  hasHistory: z.boolean(),
});

/** The answer of each command with a JSON answer. `npm run draw` publishes these schemas in docs/schemas. */
export const answers = {
  status: z.strictObject({
    status: z.strictObject({
      at: instant,
      services: z.array(serviceStatus),
      incidents: z.array(incident).describe('Those that are open.'),
      onHold: z.array(holdRecord),
    }),
  }),
  incidents: z.strictObject({ incidents: z.array(incident) }),
  holds: onHold,
  history: z.strictObject({ history: z.array(historyEntry).describe('Newest first.') }),
  'live-at': z.strictObject({ services: z.array(liveService) }),
  why: z.strictObject({ why }),
  plan: z.strictObject({ service: z.string(), plan: reportedPlan }),
  rollback: z.strictObject({
    service: z.string(),
    plan: reportedPlan,
    execution: execution.nullable().describe('Null where none was started.'),
    outcome: z
      .string()
      .nullable()
      .describe(
        `${outcome.options.join(', ')}; or the state in which the execution failed; null while it runs, or where none was started.`,
      ),
    reason: z.string(),
  }),
  record: execution.extend({
    service: z.string().nullable().describe('Null for every service.'),
    recorded: z
      .strictObject({
        outcome: z.enum(['nothing', 'found', 'recorded']).optional(),
        settlement: z.string().optional().describe('What became of a release that was watched.'),
        releaseId: z.string().optional(),
        detail: z.string().optional(),
        services: z.number().int().optional().describe('How many, of every service.'),
      })
      .nullable()
      .describe('Null while the execution runs.'),
  }),
  approve: answeredApproval,
  refuse: answeredApproval,
  acknowledge: z.strictObject({ incidentId: z.string(), answer: z.literal('acknowledge') }),
  hold: onHold,
  resume: onHold,
  'may-deploy': z.strictObject({ service: z.string(), mayDeploy: z.boolean(), reason: z.string() }),
  converge: z.strictObject({
    service: z.string(),
    incidentId: z.string().nullable().describe('The incident whose rollback is completed.'),
    reason: z.string(),
    parts: z.array(
      z.strictObject({
        stack: z.string(),
        part: z.enum(['pin', 'rest']),
        result: z.enum(['done', 'nothing-to-do', 'shown', 'declined', 'refused']),
        detail: z.string(),
        changes: z.array(stackChange),
      }),
    ),
  }),
  'catalog validate': z.strictObject({
    good: z.boolean(),
    services: z.array(z.strictObject({ file: z.string(), service: z.string() })),
    findings: z.array(fileFinding),
    meanings: z
      .array(
        z.strictObject({
          file: z.string(),
          service: z.string(),
          path: z.string(),
          target: z.string(),
          means: z.string(),
        }),
      )
      .optional()
      .describe('What each target is on the account; with --online.'),
    notChecked: z.array(z.string()).describe('What only the account knows; empty with --online.'),
  }),
  'catalog push': z.strictObject({
    pushed: z.array(
      z.strictObject({
        service: z.string(),
        parameter: z.string(),
        result: z.enum(['written', 'unchanged']),
        version: z.number().int().nullable().describe('Null where nothing was written.'),
      }),
    ),
    findings: z.array(fileFinding),
  }),
  'catalog diff': z.strictObject({
    differences: z.array(
      z.strictObject({
        service: z.string(),
        is: z
          .enum(['new', 'changed', 'same', 'missing'])
          .describe('missing: no file has it, and catalog push leaves it as it is.'),
        fields: z.array(z.strictObject({ path: z.string(), from: z.unknown(), to: z.unknown() })),
      }),
    ),
    findings: z.array(fileFinding).optional().describe('Where the files are wrong: nothing was compared.'),
  }),
  'catalog suggest': z.strictObject({ services: z.array(suggestedEntry) }),
  replay: z.strictObject({
    policy: servicePolicy.describe('As it was read, with its defaults.'),
    summary: z.strictObject({
      releases: count,
      good: count.describe('Labelled good.'),
      bad: count.describe('Labelled bad.'),
      rolledBack: count,
      asked: count,
      reported: count,
      false: count.describe('Labelled good, or bad only later, and condemned.'),
      found: count.describe('Labelled bad and condemned.'),
      missed: count.describe('Labelled bad, and settled or replaced without a word against it.'),
      undecided: count.describe('Labelled bad, and the record ends before the watch does.'),
      medianDelayMinutes: z.number().optional(),
      longestDelayMinutes: z.number().optional(),
    }),
    releases: z.array(replayedRelease),
    notJudged: z.array(z.string()).describe('What of the policy or of the past has nothing to judge.'),
  }),
  doctor: z.strictObject({
    right: z.boolean(),
    findings: z.array(
      z.strictObject({ check: z.string(), is: z.enum(['right', 'note', 'wrong']), detail: z.string() }),
    ),
  }),
} as const satisfies Readonly<Record<string, z.ZodObject>>;

/** Common parts of several answers, by their names in the published schemas. */
export const answerParts = {
  incident,
  release,
  deployment,
  'incident-record': incidentRecord,
  'release-record': releaseRecord,
  'watched-deployment': watchedDeployment,
  'moved-alias': movedAlias,
  settlement: settledAs,
  digests: versionDigests,
  'normal-rates': normalRates,
  traffic: trafficCount,
  evidence,
  'service-result': serviceResult,
  snapshot: targetSnapshot,
  plan: rollbackPlan,
  'reported-plan': reportedPlan,
  hold: holdRecord,
  finding: fileFinding,
} as const satisfies Readonly<Record<string, z.ZodType>>;

type Read<T> = T extends readonly (infer Item)[]
  ? readonly Read<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Read<T[Key]> }
    : T;

/** Commands with a JSON answer. */
export type AnsweringCommand = keyof typeof answers;

/** The answer of a command, or of one of several. */
export type Answer<Name extends AnsweringCommand = AnsweringCommand> = {
  [One in Name]: Read<z.infer<(typeof answers)[One]>>;
}[Name];
