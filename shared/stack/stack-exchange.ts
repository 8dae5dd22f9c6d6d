import { type PlainScope, plainValue } from './plain-value.ts';
import type { StackTemplate } from './stack-template.ts';

/** A value that a stack exports to all stacks of the account and Region. */
export interface StackExport {
  readonly name: string;
  readonly value: string;
  /** ARN of the stack. */
  readonly stackId: string;
}

/** Effects on other stacks, and needs of them, if a stack changes its template. */
export interface StackExchange {
  /** Exports that vanish or change their value: CloudFormation refuses that while somebody imports them. */
  readonly givesUp: ReadonlyMap<string, 'vanish' | 'change'>;
  /** Names of exports that only the new template has. */
  readonly exportsAgain: ReadonlySet<string>;
  /** Names of exports that the new template imports. */
  readonly imports: ReadonlySet<string>;
}

/** A stack with its old and its new template. */
export interface ExchangeRequest {
  readonly from: StackTemplate;
  readonly to: StackTemplate;
  /** Every export of the account and Region. */
  readonly exports: readonly StackExport[];
  /** The target state of the stack: a parameter without a value keeps its value. */
  readonly goal: {
    readonly parameters: readonly { readonly key: string; readonly value?: string | undefined }[];
  };
  readonly state: {
    /** ARN */
    readonly stackId: string;
    readonly parameters: readonly { readonly key: string; readonly value: string }[];
  };
  /** Physical ids of its resources, by logical id. */
  readonly physicalIds: ReadonlyMap<string, string>;
}

interface Output {
  readonly Value?: unknown;
  readonly Condition?: unknown;
  readonly Export?: { readonly Name?: unknown };
}

/** Whether a template has exports or imports; otherwise the account's exports need not be read. */
export function hasExchange(template: StackTemplate): boolean {
  return outputsOf(template).some((one) => one.Export) || importsIn(template).length > 0;
}

/**
 * The effects on other stacks. If the template does not show the name of an export, none counts as given up, nor does an
 * output under a condition: CloudFormation refuses a forbidden change itself, and rolls back to a pinned stack.
 */
export function exchangeOf(request: ExchangeRequest): StackExchange {
  const { from, to, goal, state, physicalIds } = request;
  const exports = request.exports.filter(({ stackId }) => stackId === state.stackId);
  const live = new Map(state.parameters.map(({ key, value }) => [key, value]));
  const saved = new Map(live);
  for (const { key, value } of goal.parameters) if (value !== undefined) saved.set(key, value);
  const before = scopeOf(from, live, state.stackId, physicalIds);
  const scope = scopeOf(to, saved, state.stackId, physicalIds);
  const oldValues = new Map(outputsOf(from).map((one) => [nameOf(one, before), one.Value]));
  const next = new Map<string, Output>();
  let areAllKnown = true;
  for (const output of outputsOf(to)) {
    if (!output.Export) continue;
    const name = nameOf(output, scope);
    if (name === undefined) areAllKnown = false;
    else next.set(name, output);
  }
  const givesUp = new Map<string, 'vanish' | 'change'>();
  for (const { name, value } of exports) {
    const output = next.get(name);
    if (!output) {
      if (areAllKnown) givesUp.set(name, 'vanish');
    } else if (!keeps(output.Value, value, oldValues.get(name), scope)) givesUp.set(name, 'change');
  }
  const now = new Set(exports.map(({ name }) => name));
  return {
    givesUp,
    exportsAgain: new Set([...next.keys()].filter((name) => !now.has(name))),
    imports: new Set(
      importsIn(to)
        .map((name) => plainValue(name, scope))
        .filter((name) => name !== undefined),
    ),
  };
}

/** Whether an export keeps its value: by its resolved text, or, if that is unknown, by its expression. */
function keeps(next: unknown, value: string, before: unknown, scope: PlainScope): boolean {
  const plain = plainValue(next, scope);
  return plain === undefined ? JSON.stringify(next) === JSON.stringify(before) : plain === value;
}

function nameOf({ Export }: Output, scope: PlainScope): string | undefined {
  return plainValue(Export?.Name, scope);
}

function outputsOf({ Outputs }: StackTemplate): Output[] {
  return Object.values(Object(Outputs) as Record<string, Output>);
}

/** The unresolved names in all `Fn::ImportValue` of a template. */
function importsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const { 'Fn::ImportValue': name } = value as Record<string, unknown>;
  return [...(name === undefined ? [] : [name]), ...Object.values(value).flatMap(importsIn)];
}

function scopeOf(
  { Mappings, Parameters = {} }: StackTemplate,
  parameters: ReadonlyMap<string, string>,
  stackId: string,
  physicalIds: ReadonlyMap<string, string>,
): PlainScope {
  // arn:aws:cloudformation:eu-west-1:111122223333:stack/NAME/ID
  const [, partition = '', , region = '', account = '', path = ''] = stackId.split(':');
  const values = new Map<string, string>([
    ['AWS::Partition', partition],
    ['AWS::Region', region],
    ['AWS::AccountId', account],
    ['AWS::StackId', stackId],
    ['AWS::StackName', path.split('/')[1] ?? ''],
    ...physicalIds,
  ]);
  for (const [key, declared] of Object.entries(Parameters)) {
    const value = parameters.get(key) ?? Object(declared).Default;
    if (value !== undefined) values.set(key, String(value));
    else values.delete(key);
  }
  return { values, mappings: Object(Mappings) as Record<string, unknown> };
}
