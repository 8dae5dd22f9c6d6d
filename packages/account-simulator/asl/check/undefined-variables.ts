import { compileDefinition } from '../compile/compile-definition.ts';
import { BUILT_IN_FUNCTIONS } from '../expressions/built-in-functions.ts';
import { expressionsOf } from '../expressions/state-expressions.ts';
import type { Assign, Graph, State } from '../machine.ts';

/** A variable that an expression reads although no way through the machine assigns it first. */
export interface UndefinedVariable {
  readonly state: string;
  /** The field of the state: `Arguments/Payload/id`. */
  readonly field: string;
  /** The name without the dollar sign. */
  readonly variable: string;
}

/**
 * Finds variables that cannot have a value where they are read: no state on any way to the place assigns them.
 * A variable that only some ways assign is not reported. Throws `InvalidDefinition`.
 */
export function undefinedVariables(definition: object | string): UndefinedVariable[] {
  const found: UndefinedVariable[] = [];
  checkGraph(compileDefinition(definition).graph, new Set(), found);
  return found;
}

function checkGraph(graph: Graph, outer: ReadonlySet<string>, found: UndefinedVariable[]): void {
  const entries = assignedOnEntry(graph, outer);
  for (const [name, state] of graph.states) {
    const assigned = entries.get(name) ?? outer;
    for (const expression of expressionsOf(state)) {
      for (const variable of expression.references.variables) {
        if (variable === 'states' || BUILT_IN_FUNCTIONS.has(variable) || assigned.has(variable)) continue;
        found.push({ state: name, field: expression.location, variable });
      }
    }
    if (state.type === 'Parallel') {
      for (const branch of state.branches) checkGraph(branch, assigned, found);
    } else if (state.type === 'Map') {
      // the states of a Distributed Map see no outer variables (…/dg/workflow-variables)
      checkGraph(state.processor, state.distributed === undefined ? assigned : new Set(), found);
    }
  }
}

/** The variables that may have a value when a state is entered: the union over all ways to the state. */
function assignedOnEntry(graph: Graph, outer: ReadonlySet<string>): Map<string, Set<string>> {
  const entries = new Map([[graph.startAt, new Set(outer)]]);
  const queue = [graph.startAt];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const before = entries.get(name) as Set<string>;
    for (const [target, assign] of waysOut(graph.states.get(name) as State)) {
      const after = entries.get(target) ?? new Set<string>();
      const known = entries.has(target) ? after.size : -1;
      for (const variable of before) after.add(variable);
      for (const [variable] of assign ?? []) after.add(variable);
      if (after.size === known) continue;
      entries.set(target, after);
      queue.push(target);
    }
  }
  return entries;
}

function* waysOut(state: State): Generator<readonly [target: string, assign: Assign | undefined]> {
  if (state.next !== undefined) yield [state.next, state.assign];
  if (state.type === 'Choice') for (const rule of state.choices) yield [rule.next, rule.assign];
  if (state.type === 'Task' || state.type === 'Parallel' || state.type === 'Map') {
    for (const catcher of state.catch) yield [catcher.next, catcher.assign];
  }
}
