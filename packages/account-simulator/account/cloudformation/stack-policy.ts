import { validationError } from './cloudformation-errors.ts';
import type { StackResource } from './stack.ts';

/** The effect of an update on a resource. */
export type UpdateAction = 'Update:Modify' | 'Update:Replace' | 'Update:Delete';

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * The message with which a stack policy denies an update of a resource; `undefined` where it allows the update. An update
 * without a matching statement is denied, and a Deny overrides every Allow.
 *
 * Source: CloudFormation user guide, "Prevent updates to stack resources".
 */
export function deniedBy(
  policy: string,
  action: UpdateAction,
  resource: Pick<StackResource, 'logicalId' | 'type'>,
): string | undefined {
  const statements = statementsOf(policy);
  const applying = statements.map((statement) => applies(statement, action, resource));
  const denying = statements.findIndex(({ Effect }, at) => Effect === 'Deny' && applying[at]);
  const allowed = statements.some(({ Effect }, at) => Effect === 'Allow' && applying[at]);
  if (denying < 0 && allowed) return undefined;
  const by = denying < 0 ? 'no statement allows' : `Statement [#${denying + 1}] does not allow`;
  return `Action denied by stack policy: ${by} [${action}] for resource [LogicalResourceId/${resource.logicalId}]`;
}

/** @throws ValidationError for a text that is no stack policy */
export function checkStackPolicy(policy: string): void {
  statementsOf(policy);
}

function statementsOf(policy: string): readonly Statement[] {
  try {
    const { Statement } = JSON.parse(policy) as { Statement: Statement | readonly Statement[] };
    const all = Array.isArray(Statement) ? Statement : [Statement];
    if (all.every(({ Effect }) => Effect === 'Allow' || Effect === 'Deny')) return all;
  } catch {
    // The text is no JSON, or has no valid statements.
  }
  throw validationError('Error validating stack policy: Invalid stack policy');
}

function applies(
  { Action, NotAction, Resource, NotResource, Condition }: Statement,
  action: UpdateAction,
  { logicalId, type }: Pick<StackResource, 'logicalId' | 'type'>,
): boolean {
  const resource = `LogicalResourceId/${logicalId}`;
  const acts = Action === undefined ? !fits(NotAction, action) : fits(Action, action);
  const concerns = Resource === undefined ? !fits(NotResource, resource) : fits(Resource, resource);
  return (
    acts &&
    concerns &&
    Object.values(Condition ?? {}).every((keys) => Object.values(keys).every((types) => fits(types, type)))
  );
}

function fits(patterns: string | readonly string[] | undefined, value: string): boolean {
  const all = typeof patterns === 'string' ? [patterns] : (patterns ?? []);
  return all.some((pattern) => {
    const text = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${text.join('.*')}$`).test(value);
  });
}
