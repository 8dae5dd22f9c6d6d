import { compileDefinition } from '../compile/compile-definition.ts';
import { type Assigned, Facts, type Literal } from '../compile/condition-facts.ts';
import { BUILT_IN_FUNCTIONS } from '../expressions/built-in-functions.ts';
import { Expression } from '../expressions/expression.ts';
import { expressionsIn } from '../expressions/state-expressions.ts';
import type { Template } from '../expressions/template.ts';
import type { Assign, ChoiceRule, ChoiceState, Graph, State } from '../machine.ts';
import type { UndefinedVariable } from './undefined-variables.ts';
import { variablesNeeded } from './variable-reads.ts';

/** The number of ways to one state that are kept apart; beyond it, the facts from their conditions are dropped. */
const MOST_WAYS = 200;

/** One way to a state: the variables it assigned, and the facts from its conditions. */
interface Way {
  readonly assigned: ReadonlySet<string>;
  readonly facts: Facts;
}

/**
 * Finds variables that some way to a place does not assign, or assigns as null although a member of it is read there. The
 * conditions on a way are taken into account: after `$kind = "release"`, no rule for `$kind = "rollback"` is taken. Throws
 * `InvalidDefinition`.
 */
export function unassignedVariables(definition: object | string): UndefinedVariable[] {
  const found = new Map<string, UndefinedVariable>();
  new Explorer(found).explore(compileDefinition(definition).graph, {
    assigned: new Set(),
    facts: new Facts(),
  });
  return [...found.values()];
}

class Explorer {
  readonly #found: Map<string, UndefinedVariable>;
  readonly #seen = new Map<State, Set<string>>();

  constructor(found: Map<string, UndefinedVariable>) {
    this.#found = found;
  }

  /** Follows every way through a graph from `start`. */
  explore(graph: Graph, start: Way): void {
    const queue: [string, Way][] = [[graph.startAt, start]];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const state = graph.states.get(next[0]) as State;
      const way = this.#first(state, next[1]);
      if (way === undefined) continue;
      this.#inside(state, way);
      queue.push(...(state.type === 'Choice' ? this.#choose(state, way) : this.#leave(state, way)));
    }
  }

  /** The way to a state, unless the state was reached with the same assignments and facts before. */
  #first(state: State, way: Way): Way | undefined {
    const seen = this.#seen.get(state) ?? new Set<string>();
    this.#seen.set(state, seen);
    const known = seen.size < MOST_WAYS ? way : { ...way, facts: new Facts() };
    const key = `${[...known.assigned].sort().join()}|${known.facts.key}`;
    if (seen.has(key)) return undefined;
    seen.add(key);
    return known;
  }

  #inside(state: State, way: Way): void {
    if (state.type === 'Parallel') for (const branch of state.branches) this.explore(branch, way);
    else if (state.type === 'Map') {
      // the states of a Distributed Map see no outer variables (…/dg/workflow-variables)
      const start =
        state.distributed === undefined ? way : { assigned: new Set<string>(), facts: new Facts() };
      this.explore(state.processor, start);
    }
  }

  *#choose(state: ChoiceState, way: Way): Generator<[string, Way]> {
    let facts: Facts | undefined = way.facts;
    for (const rule of state.choices) {
      const here: Way = { ...way, facts };
      this.#read(state, rule.condition, here);
      const taken = given(facts, rule, true);
      if (taken !== undefined) {
        const chosen = { ...way, facts: taken };
        this.#read(state, [rule.assign, rule.output], chosen);
        yield [rule.next, after(chosen, rule.assign)];
      }
      facts = given(facts, rule, false);
      if (facts === undefined) return;
    }
    const rest = { ...way, facts };
    this.#read(state, [state.assign, state.output], rest);
    if (state.next !== undefined) yield [state.next, after(rest, state.assign)];
  }

  *#leave(state: State, way: Way): Generator<[string, Way]> {
    const {
      branches: _,
      processor: __,
      ...fields
    } = state as State & { branches?: unknown; processor?: unknown };
    this.#read(state, fields, way);
    if (state.next !== undefined) yield [state.next, after(way, state.assign)];
    if (state.type === 'Task' || state.type === 'Parallel' || state.type === 'Map') {
      for (const catcher of state.catch) yield [catcher.next, after(way, catcher.assign)];
    }
  }

  #read(state: State, fields: unknown, way: Way): void {
    for (const expression of expressionsIn(fields)) {
      const nothing = way.facts.isAbsent(expression.ast);
      for (const variable of variablesNeeded(expression.ast, way.facts)) {
        if (variable === 'states' || BUILT_IN_FUNCTIONS.has(variable)) continue;
        if (way.assigned.has(variable) && !nothing) continue;
        const { location: field } = expression;
        this.#found.set(`${state.name}/${field}/${variable}`, { state: state.name, field, variable });
      }
    }
  }
}

function given(facts: Facts, { condition }: ChoiceRule, truth: boolean): Facts | undefined {
  if (!(condition instanceof Expression)) return condition === truth ? facts : undefined;
  return facts.given(condition.ast, truth);
}

function after({ assigned, facts }: Way, assign: Assign | undefined): Way {
  if (assign === undefined || assign.length === 0) return { assigned, facts };
  const values = new Map<string, Assigned>(assign.map(([name, template]) => [name, assignedBy(template)]));
  return { assigned: new Set([...assigned, ...values.keys()]), facts: facts.assigned(values) };
}

function assignedBy(template: Template): Assigned {
  if (template.constant) {
    const value = template.evaluate(NOTHING);
    if (typeof value !== 'object' || value === null) return { literal: value as Literal };
    return Array.isArray(value) ? undefined : { members: Object.keys(value) };
  }
  if (template.members !== undefined) return { members: template.members };
  const [expression] = template.expressions;
  // an error output always has both members, if only as null
  return expression?.source === '$states.errorOutput' ? { members: ['Error', 'Cause'] } : undefined;
}

/** The environment of a constant: no names. */
const NOTHING = { lookup: () => undefined };
