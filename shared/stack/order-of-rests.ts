import { stronglyConnected } from '../cut/strongly-connected.ts';
import type { StackExchange } from './stack-exchange.ts';

/** A stack that is to go back. */
export interface RestOfStack extends StackExchange {
  readonly stack: string;
}

/** Current use of exports. */
export interface LiveExchange {
  /** Names of the stacks that import an export. */
  importersOf(name: string): readonly string[];
  /** Whether some stack exports a name. */
  isExported(name: string): boolean;
}

/** The order in which stacks can go back. */
export interface OrderOfRests {
  /** By stack: the stacks that go back before it. Without circles. */
  readonly after: ReadonlyMap<string, readonly string[]>;
  /** By stack that cannot go back: the reasons, as clauses that name the other stack. */
  readonly blocked: ReadonlyMap<string, readonly string[]>;
}

/**
 * The order that CloudFormation demands of stacks that export and import values: a stack that stops importing goes before
 * the one that stops exporting, and a stack that exports again before the one that imports. A stack cannot go back while a
 * stack that stays imports a value that it would give up, nor if nobody exports a value that it would import. Stacks that
 * wait for such a stack cannot go back either; nor can stacks that would have to wait for each other.
 *
 * Source: CloudFormation user guide, "Get exported outputs from a deployed CloudFormation stack": an output that another
 * stack refers to cannot be deleted or modified.
 */
export function orderOfRests(stacks: readonly RestOfStack[], live: LiveExchange): OrderOfRests {
  const byName = new Map(stacks.map((one) => [one.stack, one]));
  const exporterOf = new Map(
    stacks.flatMap((one) => [...one.exportsAgain].map((name) => [name, one.stack] as const)),
  );
  const giverOf = new Map(
    stacks.flatMap((one) =>
      [...one.givesUp].map(([name, how]) => [name, { stack: one.stack, how }] as const),
    ),
  );
  const blocked = new Map<string, string[]>();

  for (;;) {
    const after = new Map<string, string[]>();
    const found = new Map<string, string[]>();
    for (const one of stacks) {
      if (blocked.has(one.stack)) continue;
      const { before, reasons } = needsOf(one);
      if (reasons.length > 0) found.set(one.stack, reasons);
      after.set(one.stack, before);
    }
    // Only if there is no other obstacle: a stack of a circle may be blocked already.
    if (found.size === 0) for (const [stack, reason] of circles(after)) found.set(stack, [reason]);
    if (found.size === 0) return { after, blocked };
    for (const [stack, reasons] of found) blocked.set(stack, reasons);
  }

  function needsOf({ stack, givesUp, imports }: RestOfStack) {
    const before = new Set<string>();
    const reasons: string[] = [];
    for (const [name, how] of givesUp) {
      for (const importer of live.importersOf(name)) {
        if (importer === stack) continue;
        const other = byName.get(importer);
        if (other && !blocked.has(importer) && !other.imports.has(name)) before.add(importer);
        else reasons.push(`stack ${importer} imports ${name}, which would ${how}`);
      }
    }
    for (const name of imports) {
      const giver = giverOf.get(name);
      const exporter = live.isExported(name) ? undefined : exporterOf.get(name);
      if (giver && giver.stack !== stack && !live.importersOf(name).includes(stack)) {
        if (giver.how === 'vanish')
          reasons.push(`it would import ${name}, which vanishes with stack ${giver.stack}`);
        // A value that nobody imports yet can still change.
        else if (!blocked.has(giver.stack)) before.add(giver.stack);
      } else if (exporter !== undefined && exporter !== stack) {
        if (blocked.has(exporter)) {
          reasons.push(`it would import ${name}, which stack ${exporter} does not export again`);
        } else before.add(exporter);
      } else if (!live.isExported(name)) reasons.push(`it would import ${name}, which no stack exports`);
    }
    return { before: [...before].sort(), reasons };
  }
}

/** Stacks that would have to wait for each other, with their reasons. */
function circles(after: ReadonlyMap<string, readonly string[]>): (readonly [string, string])[] {
  const names = [...after.keys()];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const arrows = names.map((name) => (after.get(name) ?? []).flatMap((one) => numbers.get(one) ?? []));
  return stronglyConnected(arrows)
    .filter((members) => members.length > 1)
    .flatMap((members) =>
      members.map((member) => {
        const others = members.filter((one) => one !== member).map((one) => names[one] as string);
        return [
          names[member] as string,
          `it and ${others.sort().join(', ')} would have to wait for each other`,
        ] as const;
      }),
    );
}
