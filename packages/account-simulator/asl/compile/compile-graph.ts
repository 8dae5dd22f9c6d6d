import type { Graph, State } from '../machine.ts';
import { compileState } from './compile-state.ts';
import type { DefinitionReader, Fields } from './definition-reader.ts';

const LONGEST_STATE_NAME = 80;

/** The surroundings of a graph while it is read. */
export interface GraphScope {
  /** Whether the machine's query language is JSONata. */
  readonly jsonata: boolean;
  /** Variables assigned anywhere in this graph. */
  readonly assigned: Set<string>;
  readonly inner: { readonly path: string; readonly scope: GraphScope }[];
}

/** An empty scope. */
export function newScope(jsonata: boolean): GraphScope {
  return { jsonata, assigned: new Set(), inner: [] };
}

/** Reads StartAt and States of a machine, branch or processor inside `outer`, and checks their transitions. */
export function compileGraph(
  reader: DefinitionReader,
  fields: Fields,
  path: string,
  outer: GraphScope | undefined,
  scope: GraphScope = newScope(outer?.jsonata ?? true),
): Graph | undefined {
  outer?.inner.push({ path, scope });
  const startAt = reader.text(fields, 'StartAt', path, true);
  const raw = fields.States;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw) || Object.keys(raw).length === 0) {
    reader.problem(`${path}/States`, 'must be an object with at least one state');
    return undefined;
  }
  const states = new Map<string, State>();
  for (const [name, value] of Object.entries(raw)) {
    const at = `${path}/States/${name}`;
    if ([...name].length > LONGEST_STATE_NAME) {
      reader.problem(at, `state names have at most ${LONGEST_STATE_NAME} characters`);
    }
    if (reader.stateNames.has(name))
      reader.problem(at, `the state name '${name}' is used twice in the machine`);
    reader.stateNames.add(name);
    const state = compileState(reader, name, value, at, scope);
    if (state !== undefined) states.set(name, state);
  }
  checkConnections(reader, startAt, states, new Set(Object.keys(raw)), path);
  return startAt === undefined ? undefined : { startAt, states };
}

/** Reports variables of inner graphs that carry the name of an outer variable (…/dg/workflow-variables, "Scope"). */
export function checkScopes(reader: DefinitionReader, scope: GraphScope, outer: ReadonlySet<string>): void {
  const visible = new Set([...outer, ...scope.assigned]);
  for (const { path, scope: inner } of scope.inner) {
    for (const name of inner.assigned) {
      if (visible.has(name)) {
        reader.problem(path, `assigns the variable '${name}', which an outer scope assigns too`);
      }
    }
    checkScopes(reader, inner, visible);
  }
}

/** The states that each state can lead to, with the field that names them. */
export function* targetsOf(state: State): Generator<readonly [field: string, target: string]> {
  if (state.next !== undefined) yield [state.type === 'Choice' ? 'Default' : 'Next', state.next];
  if (state.type === 'Choice') {
    for (const [i, rule] of state.choices.entries()) yield [`Choices[${i}]/Next`, rule.next];
  }
  if (state.type === 'Task' || state.type === 'Parallel' || state.type === 'Map') {
    for (const [i, catcher] of state.catch.entries()) yield [`Catch[${i}]/Next`, catcher.next];
  }
}

function checkConnections(
  reader: DefinitionReader,
  startAt: string | undefined,
  states: ReadonlyMap<string, State>,
  names: ReadonlySet<string>,
  path: string,
): void {
  if (startAt === undefined) return;
  if (!names.has(startAt)) {
    reader.problem(`${path}/StartAt`, `there is no state '${startAt}'`);
    return;
  }
  for (const [name, state] of states) {
    for (const [field, target] of targetsOf(state)) {
      if (target !== '' && !names.has(target)) {
        reader.problem(`${path}/States/${name}/${field}`, `there is no state '${target}'`);
      }
    }
  }
  // a state that could not be read leads to unknown places
  if (states.size < names.size) return;
  const reached = new Set([startAt]);
  for (const name of reached) {
    const state = states.get(name);
    if (state !== undefined) for (const [, target] of targetsOf(state)) reached.add(target);
  }
  for (const name of names) {
    if (!reached.has(name)) reader.problem(`${path}/States/${name}`, 'no state leads here');
  }
  const ends = [...reached].some((name) => {
    const state = states.get(name);
    return state !== undefined && state.type !== 'Choice' && state.next === undefined;
  });
  if (!ends) reader.problem(path, 'no state ends it: give one End, or a Succeed or Fail state');
}
