import type { StackGoal, StackState, Stacks } from '../../aws/stacks.ts';
import { orderOfRests } from '../../stack/order-of-rests.ts';
import { exchangeOf, hasExchange } from '../../stack/stack-exchange.ts';
import type { StackTemplate } from '../../stack/stack-template.ts';

/**
 * Reasons why a stack cannot change its template now, because of the exports or imports of other stacks; each reason names
 * the other stack. It is checked in the stack's turn: the stacks that had to go before it have gone, or stay.
 */
export async function stacksInTheWay(
  stacks: Stacks,
  state: StackState,
  goal: Pick<StackGoal, 'parameters'>,
  { from, to }: { readonly from: StackTemplate; readonly to: StackTemplate },
): Promise<readonly string[]> {
  if (!hasExchange(from) && !hasExchange(to)) return [];
  const exports = await stacks.exports();
  const exchange = exchangeOf({
    from,
    to,
    exports,
    goal,
    state,
    physicalIds: await stacks.physicalIds(state.name),
  });
  const importers = new Map<string, readonly string[]>();
  for (const name of exchange.givesUp.keys()) importers.set(name, await stacks.importersOf(name));
  const { blocked } = orderOfRests([{ stack: state.name, ...exchange }], {
    importersOf: (name) => importers.get(name) ?? [],
    isExported: (name) => exports.some((one) => one.name === name),
  });
  return blocked.get(state.name) ?? [];
}
