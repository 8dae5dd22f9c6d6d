import type { StateMachineAliases } from '../../aws/state-machine-aliases.ts';
import type { LedBack } from '../../incident/guard-service.ts';
import type { TargetPlan } from '../shapes.ts';
import { undoneRoutes } from './adapter.ts';
import { routeCommand } from './by-hand.ts';
import { versionsIn } from './routes.ts';

/** The state machine aliases of a plan that were moved back to undone versions. */
export async function ledBack(
  stateMachineAliases: StateMachineAliases,
  targets: readonly TargetPlan[],
): Promise<LedBack[]> {
  const found: LedBack[] = [];
  for (const goal of targets.filter((one) => one.kind === 'state-machine-alias')) {
    const from = await undoneRoutes(stateMachineAliases, goal);
    if (!from) continue;
    found.push({
      name: goal.target,
      from: versionsIn(from).join(' and '),
      to: versionsIn(goal.toRoutes).join(' and '),
      byHand: (place) => routeCommand(place, goal),
      putBack: () => stateMachineAliases.route(goal, goal.toRoutes),
    });
  }
  return found;
}
