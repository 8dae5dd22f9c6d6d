import type { State } from '../machine.ts';
import { Expression } from './expression.ts';
import type { Template } from './template.ts';

/** Every expression among the fields of a state, without the states inside it. */
export function* expressionsOf(state: State): Generator<Expression> {
  for (const [field, value] of Object.entries(state)) {
    if (field !== 'branches' && field !== 'processor') yield* expressionsIn(value);
  }
}

/** Every expression in a compiled field, or in several. */
export function* expressionsIn(value: unknown): Generator<Expression> {
  if (value instanceof Expression) yield value;
  else if (Array.isArray(value)) for (const entry of value) yield* expressionsIn(entry);
  else if (typeof value === 'object' && value !== null) {
    if ('expressions' in value) yield* (value as Template).expressions;
    else for (const member of Object.values(value)) yield* expressionsIn(member);
  }
}
