import * as z from 'zod';
import type { StackResource } from '../../aws/stacks.ts';

/** Step Functions names have at most 80 characters (Step Functions quotas). */
const mostCharacters = 80;
const nameForm = new RegExp(`^[A-Za-z0-9_.-]{1,${mostCharacters}}$`);
const nameRule = `has to have 1 to ${mostCharacters} letters, digits, hyphens, underscores and dots`;

const entry = z
  .strictObject({
    kind: z.literal('state-machine-alias'),
    /** Name of the state machine, or its logical id if the service has a stack. */
    stateMachine: z.string(),
    alias: z.string().default('live'),
  })
  .superRefine(({ stateMachine, alias }, { addIssue }) => {
    const add = (path: string, message: string | undefined) =>
      message && addIssue({ code: 'custom', path: [path], message });
    add('stateMachine', objectionToStateMachine(stateMachine));
    add('alias', objectionToAlias(alias));
  });
type Entry = z.infer<typeof entry>;

function objectionToStateMachine(name: string): string | undefined {
  const [, , service, , , , own, alias] = name.startsWith('arn:') ? name.split(':') : [];
  if (service === 'states' && own) {
    return `is an ARN: write the state machine's name, "${own}"${alias ? `, and "alias: ${alias}"` : ''}`;
  }
  if (name.includes(':')) {
    return 'is a state machine with an alias or version: write the alias into the field alias';
  }
  return nameForm.test(name) ? undefined : `must be the name of a state machine: it ${nameRule}`;
}

function objectionToAlias(alias: string): string | undefined {
  if (alias === '$LATEST')
    return 'is no alias: Step Functions has no $LATEST, and what is not published has none';
  if (/^\d+$/.test(alias))
    return 'is a version, and no alias: an alias is a name that versions take turns at';
  if (alias.startsWith('arn:')) return `is an ARN: write the alias alone, "${alias.split(':').at(-1)}"`;
  return nameForm.test(alias) && /\D/.test(alias)
    ? undefined
    : `must be the name of an alias: it ${nameRule}`;
}

/** The versions of which an alias starts executions: one, or two that share them; weights are percentages. */
export const routes = z
  .array(z.strictObject({ version: z.string(), weight: z.number().int().min(0).max(100) }))
  .min(1)
  .max(2);
export type Routes = z.infer<typeof routes>;

/** Identity of an alias. */
const place = {
  target: z.string(),
  /** ARN of the state machine. */
  stateMachine: z.string(),
  alias: z.string(),
};

const stateMachineAliasSnapshot = z.strictObject({
  kind: z.literal('state-machine-alias'),
  ...place,
  routes,
  /**
   * Digest of the definition and the configuration of the only serving version; absent if the alias splits its executions,
   * or the coordinator may not read the definition.
   */
  digest: z.string().optional(),
});
export type StateMachineAliasSnapshot = z.infer<typeof stateMachineAliasSnapshot>;

/** An alias of a state machine. */
export const stateMachineAliasPlan = z.strictObject({
  kind: z.literal('state-machine-alias'),
  phase: z.literal('traffic'),
  ...place,
  /** Routes when the rollback was planned, and routes to go back to. */
  fromRoutes: routes,
  toRoutes: routes,
  /** Digest of the restored version, as in the snapshot. */
  toDigest: z.string().optional(),
});
export type StateMachineAliasPlan = z.infer<typeof stateMachineAliasPlan>;

function name({ stateMachine, alias }: Pick<Entry, 'stateMachine' | 'alias'>): string {
  return `${stateMachine}:${alias}`;
}

/** The ARN of the state machine and the alias of an alias's ARN: arn:aws:states:eu-west-1:111122223333:stateMachine:NAME:ALIAS. */
export function partsOfAliasArn(arn: string): { stateMachine: string; alias: string } | undefined {
  const [, stateMachine, alias] = /^(arn:.+:stateMachine:[^:]+):([^:]+)$/.exec(arn) ?? [];
  return stateMachine && alias ? { stateMachine, alias } : undefined;
}

/** The aliases in a stack, in the forms of an entry. */
function owned(resources: readonly StackResource[]): { byLogicalId?: Entry; byName: Entry }[] {
  const logicalIds = new Map(resources.map(({ physicalId, logicalId }) => [physicalId, logicalId]));
  return resources.flatMap(({ type, physicalId }) => {
    const parts = type === 'AWS::StepFunctions::StateMachineAlias' ? partsOfAliasArn(physicalId) : undefined;
    if (!parts) return [];
    const of = (stateMachine: string): Entry => ({
      kind: 'state-machine-alias',
      stateMachine,
      alias: parts.alias,
    });
    const logicalId = logicalIds.get(parts.stateMachine);
    return [{ ...(logicalId && { byLogicalId: of(logicalId) }), byName: of(nameOf(parts.stateMachine)) }];
  });
}

function nameOf(arn: string): string {
  return arn.split(':').at(-1) ?? arn;
}

/** Schemas of an alias of a state machine. */
export const stateMachineAliasShape = {
  entry,
  name,
  owned,
  snapshot: stateMachineAliasSnapshot,
  plans: [stateMachineAliasPlan],
} as const;
