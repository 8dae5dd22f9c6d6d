import type { Attach } from '../run/attachment.ts';
import { placeKey } from './surface.ts';

/** Records every state, catcher and retrier that a run reaches, by its place's key. */
export function watchCoverage(visited: Set<string>): Attach {
  return ({ coordinator: { engine } }) => {
    engine.onStateEntered(({ machine, state }) => {
      visited.add(placeKey({ machineName: machine, state, route: 'state', index: 0 }));
    });
    engine.onRouteTaken(({ machine, state, route, index }) => {
      if (route === 'retry' || route === 'catch') {
        visited.add(placeKey({ machineName: machine, state, route, index }));
      }
    });
    return {};
  };
}
