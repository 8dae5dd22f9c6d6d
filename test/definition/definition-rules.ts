import { isDeepStrictEqual } from 'node:util';
import {
  isList,
  isMap,
  type TemplateMap,
  type TemplateValue,
} from 'account-simulator/account/template/template-value.ts';
import { definitionFindings } from 'account-simulator/asl/check/definition-checks.ts';
import { unassignedVariables } from 'account-simulator/asl/check/unassigned-variables.ts';
import { InvalidDefinition } from 'account-simulator/asl/compile/compile-definition.ts';
import { impossibleErrors } from 'account-simulator/deploy/definition-errors.ts';
import type { FunctionSpec, MachineSpec, StackSpec } from 'account-simulator/deploy/stack-spec.ts';
import { errorNames } from '../../shared/errors.ts';
import { type DefinedState, endsOf, statesOf } from './definition-states.ts';

/** A violation of this project's rules in a machine. */
export interface DefinitionProblem {
  /** Logical id of the machine. */
  readonly machine: string;
  /** Empty for the machine as a whole. */
  readonly state: string;
  readonly problem: string;
}

/** Deliberate exceptions to the rules. */
export interface DefinitionExceptions {
  /** States whose last catcher leads to an end that is no Fail: the run continues without them. */
  readonly goesOnWithout?: readonly string[];
}

/**
 * Checks the machines of a stack against this project's rules: names that agree from state to folder; a comment on every
 * state; time-out, retry and last catcher on every Task, and no catcher that repeats the last; failures that can end in
 * Fail; JSONata throughout; existing members of `$states`, task tokens that are passed on, variables that every way assigns,
 * no text that looks like a forgotten expression, and no error name that nothing raises.
 *
 * Reading the stack checks that every substitution is used and has a value, and that Step Functions would accept the
 * definitions.
 */
export function checkDefinitions(
  stack: StackSpec,
  exceptions: DefinitionExceptions = {},
): DefinitionProblem[] {
  return stack.machines.flatMap((machine) => [
    ...checkMachine(machine),
    ...checkExpressions(machine),
    ...[...statesOf(machine.definition)].flatMap((defined) =>
      stateRules
        .flatMap((rule) => rule(defined, machine, stack, exceptions))
        .map((problem) => ({ machine: machine.logicalId, state: defined.name, problem })),
    ),
  ]);
}

/** Functions that no state calls and no event reaches. */
export function unusedFunctions({ machines, functions, rules, schedules }: StackSpec): readonly string[] {
  const used = new Set([
    ...machines.flatMap(({ definition }) => [...statesOf(definition)].map(({ state }) => functionArn(state))),
    ...rules.flatMap(({ targets }) => targets.map(({ arn }) => arn)),
    ...schedules.map(({ target }) => target.arn),
  ]);
  return functions.filter(({ arn }) => !used.has(arn)).map(({ logicalId }) => logicalId);
}

type StateRule = (
  defined: DefinedState,
  machine: MachineSpec,
  stack: StackSpec,
  exceptions: DefinitionExceptions,
) => readonly string[];

const stateRules: readonly StateRule[] = [
  ({ name }) => (/^([A-Z][a-z0-9]*)+$/.test(name) ? [] : ['its name is not in PascalCase']),
  ({ state }) => (typeof state.Comment === 'string' && state.Comment.trim() ? [] : ['has no Comment']),
  ({ state }) => jsonPathIn(state),
  checkTask,
  checkErrors,
  checkFunction,
  checkFailurePath,
];

function checkMachine({ logicalId: machine, definition }: MachineSpec): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const add = (problem: string) => problems.push({ machine, state: '', problem });
  if (definition.QueryLanguage !== 'JSONata') add('QueryLanguage is not JSONata');
  if (typeof definition.Comment !== 'string') add('has no Comment');
  return problems;
}

/** Reading the stack reports a definition that Step Functions would refuse. */
function checkExpressions({ logicalId: machine, definition }: MachineSpec): DefinitionProblem[] {
  try {
    return [
      ...definitionFindings(definition).map(({ state, field, message }) => ({
        machine,
        state,
        problem: `${field}: ${message}`,
      })),
      ...unassignedVariables(definition).map(({ state, field, variable }) => ({
        machine,
        state,
        problem: `${field}: not every way here gives $${variable} what is read of it`,
      })),
    ];
  } catch (error) {
    if (error instanceof InvalidDefinition) return [];
    throw error;
  }
}

const ownErrors = [...errorNames.transient, ...errorNames.handled, ...errorNames.defect];

function checkErrors({ state }: DefinedState): readonly string[] {
  return impossibleErrors(state, ownErrors).map((name) => `nothing in it raises ${name}`);
}

function checkTask({ state }: DefinedState): readonly string[] {
  if (state.Type !== 'Task') return [];
  const problems: string[] = [];
  if (state.TimeoutSeconds === undefined) problems.push('has no TimeoutSeconds');
  const retriers = maps(state.Retry);
  if (retriers.length === 0) problems.push('has no Retry');
  for (const { MaxDelaySeconds, JitterStrategy } of retriers) {
    if (MaxDelaySeconds === undefined) problems.push('a retrier has no MaxDelaySeconds');
    if (JitterStrategy !== 'FULL') problems.push('a retrier has no JitterStrategy FULL');
  }
  if (!catchesAll(state)) problems.push('its last catcher is not for States.ALL');
  return [...problems, ...repeatedCatchers(state)];
}

/** A handled error needs its own catcher only where that differs from the catcher of `States.ALL`. */
function repeatedCatchers({ Catch }: TemplateMap): readonly string[] {
  const [last, ...others] = maps(Catch).toReversed();
  const doneBy = ({ ErrorEquals: _, Comment: __, ...done }: TemplateMap) => done;
  return others
    .filter((other) => last !== undefined && isDeepStrictEqual(doneBy(other), doneBy(last)))
    .map(({ ErrorEquals }) => `its catcher of ${String(ErrorEquals)} only repeats the last one`);
}

function checkFunction(
  { name, state }: DefinedState,
  machine: MachineSpec,
  stack: StackSpec,
): readonly string[] {
  const arn = functionArn(state);
  if (arn === undefined) return [];
  const called = stack.functions.find((one) => one.arn === arn);
  if (!called) return [`calls ${arn}, which is no function of this template`];
  return [...checkNames(name, called, machine), ...checkTimeout(state, called)];
}

function checkNames(
  state: string,
  { logicalId, codeUri, arn }: FunctionSpec,
  machine: MachineSpec,
): string[] {
  const problems: string[] = [];
  if (logicalId !== `${state}Function`) problems.push(`calls ${logicalId}, not ${state}Function`);
  if (codeUri.split('/').at(-1) !== kebabCase(state))
    problems.push(`its code is in ${codeUri}, not in a folder ${kebabCase(state)}`);
  const substitution = Object.entries(machine.substitutions).find(([, value]) => value === arn)?.[0];
  if (substitution !== `${logicalId}Arn`) {
    problems.push(`${logicalId} is substituted for ${substitution}, not ${logicalId}Arn`);
  }
  return problems;
}

/** A function that reaches its own time-out reports it; a function cut off by the state leaves no trace. */
function checkTimeout({ TimeoutSeconds: limit }: TemplateMap, { logicalId, timeoutSeconds }: FunctionSpec) {
  if (typeof limit !== 'number' || limit > timeoutSeconds) return [];
  return [`TimeoutSeconds ${limit} is not above the ${timeoutSeconds} s of ${logicalId}`];
}

/**
 * In a branch or an iteration a failure may become a result for the surrounding state; at the top it must be able to end in
 * Fail. Where the way passes a Choice (a common close, then by outcome), the workflow tests show which end it takes.
 */
function checkFailurePath(
  { name, state, siblings, depth }: DefinedState,
  _machine: MachineSpec,
  _stack: StackSpec,
  { goesOnWithout = [] }: DefinitionExceptions,
): readonly string[] {
  if (depth > 0 || goesOnWithout.includes(name)) return [];
  return maps(state.Catch)
    .filter(({ ErrorEquals }) => isList(ErrorEquals) && ErrorEquals.includes('States.ALL'))
    .map(({ Next }) => (typeof Next === 'string' ? endsOf(Next, siblings) : []))
    .filter((ends) => !ends.some((end) => (siblings[end] as TemplateMap).Type === 'Fail'))
    .map((ends) => `a failure of it ends in ${ends.join(' or ')}, which is no Fail`);
}

function catchesAll({ Catch }: TemplateMap): boolean {
  const errors = maps(Catch).at(-1)?.ErrorEquals;
  return isList(errors) && errors.includes('States.ALL');
}

const jsonPathFields = [
  'InputPath',
  'ItemsPath',
  'OutputPath',
  'Parameters',
  'ResultPath',
  'ResultSelector',
  'TimeoutSecondsPath',
];

function jsonPathIn(state: TemplateMap): readonly string[] {
  const fields = jsonPathFields.filter((field) => state[field] !== undefined);
  const language = state.QueryLanguage === 'JSONPath' ? ['QueryLanguage'] : [];
  return [...fields, ...language, ...referencePaths(state)].map((field) => `${field} is JSONPath`);
}

/** Keys that end in `.$`, below a state but not in its nested states, which are checked separately. */
function referencePaths(value: TemplateValue): string[] {
  if (isList(value)) return value.flatMap(referencePaths);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(key.endsWith('.$') ? [key] : []),
    ...(key === 'States' ? [] : referencePaths(item)),
  ]);
}

function functionArn(state: TemplateMap): string | undefined {
  if (typeof state.Resource !== 'string' || !/:lambda:invoke(\.|$)/.test(state.Resource)) return undefined;
  const name = isMap(state.Arguments) ? state.Arguments.FunctionName : undefined;
  return typeof name === 'string' ? name : undefined;
}

function kebabCase(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '-$1').toLowerCase();
}

function maps(value: TemplateValue | undefined): readonly TemplateMap[] {
  return isList(value) ? value.filter(isMap) : [];
}
