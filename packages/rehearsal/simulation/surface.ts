import { join } from 'node:path';
import { exampleIdentity } from 'account-simulator/account/account.ts';
import { loadStack } from 'account-simulator/deploy/load-stack.ts';

/** A place in a machine's definition that a run may reach: a state, or a catcher or retrier of a state. */
export interface Place {
  /** Logical id of the machine in the template. */
  readonly machine: string;
  /** Physical name of the machine, as in executions. */
  readonly machineName: string;
  readonly state: string;
  readonly route: 'state' | 'catch' | 'retry';
  readonly index: number;
}

/** The parts of the coordinator's template that can be struck and covered. */
export interface Surface {
  /** Logical ids. */
  readonly functions: readonly string[];
  readonly places: readonly Place[];
}

interface Definition {
  readonly States: Readonly<Record<string, DefinedState>>;
}

interface DefinedState {
  readonly Catch?: readonly unknown[];
  readonly Retry?: readonly unknown[];
  readonly ItemProcessor?: Definition;
  readonly Branches?: readonly Definition[];
}

/** Reads the surface from the template of the project at `root`. */
export function surfaceOf(root: string): Surface {
  const place = { ...exampleIdentity, partition: 'aws', stackName: 'rollback-coordinator' };
  const parameters = { Environment: 'prod', StakeholderEmail: 'stakeholders@example.com' };
  const { functions, machines } = loadStack(join(root, 'template.yaml'), parameters, place);
  return {
    functions: functions.map(({ logicalId }) => logicalId),
    places: machines.flatMap(({ logicalId, name, definition }) =>
      placesOf(definition as unknown as Definition).map((one) => ({
        machine: logicalId,
        machineName: name,
        ...one,
      })),
    ),
  };
}

/** The key under which a place is counted. */
export function placeKey({
  machineName,
  state,
  route,
  index,
}: Pick<Place, 'machineName' | 'state' | 'route' | 'index'>): string {
  return route === 'state' ? `${machineName}/${state}` : `${machineName}/${state}/${route}/${index}`;
}

function placesOf({ States }: Definition): Pick<Place, 'state' | 'route' | 'index'>[] {
  return Object.entries(States).flatMap(
    ([state, { Catch = [], Retry = [], ItemProcessor, Branches = [] }]) => [
      { state, route: 'state' as const, index: 0 },
      ...Catch.map((_, index) => ({ state, route: 'catch' as const, index })),
      ...Retry.map((_, index) => ({ state, route: 'retry' as const, index })),
      ...(ItemProcessor ? placesOf(ItemProcessor) : []),
      ...Branches.flatMap(placesOf),
    ],
  );
}
