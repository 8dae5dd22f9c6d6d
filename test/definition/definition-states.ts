import { isList, isMap, type TemplateMap } from 'account-simulator/account/template/template-value.ts';

/** A state of a definition, wherever it is nested. */
export interface DefinedState {
  readonly name: string;
  readonly state: TemplateMap;
  /** The possible next states: its machine's, or those of its branch or processor. */
  readonly siblings: TemplateMap;
  /** 0 for a state of the machine itself, 1 in a branch or processor of such a state, and so on. */
  readonly depth: number;
}

/** Every state of a definition, those of Map processors and Parallel branches too, in the order of the file. */
export function* statesOf(graph: TemplateMap, depth = 0): Generator<DefinedState> {
  const siblings = graph.States;
  if (!isMap(siblings)) return;
  for (const [name, state] of Object.entries(siblings)) {
    if (!isMap(state)) continue;
    yield { name, state, siblings, depth };
    const { ItemProcessor, Branches } = state;
    const inner = [ItemProcessor, ...(isList(Branches) ? Branches : [])];
    for (const one of inner) if (isMap(one)) yield* statesOf(one, depth + 1);
  }
}

/** Names of the end states of all ways that begin at `start`. */
export function endsOf(start: string, siblings: TemplateMap): readonly string[] {
  const ends: string[] = [];
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    const state = siblings[name];
    if (!isMap(state)) return;
    const following = nextStates(state);
    if (following.length === 0) ends.push(name);
    for (const next of following) visit(next);
  };
  visit(start);
  return ends;
}

/** The next states of a state without a failure. */
function nextStates({ Next, Default, Choices }: TemplateMap): readonly string[] {
  const rules = isList(Choices) ? Choices.map((rule) => (isMap(rule) ? rule.Next : undefined)) : [];
  return [Next, Default, ...rules].filter((next) => typeof next === 'string');
}
