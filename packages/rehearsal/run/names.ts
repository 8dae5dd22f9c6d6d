import type { ServiceEntry } from '../../../shared/catalog/service-entry.ts';
import { functionsOf } from '../scenario/check-names.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { functionName } from '../scenario/service-template.ts';

interface Named {
  readonly service: string;
  readonly logicalId: string;
}

const known = new WeakMap<readonly ServiceEntry[], ReadonlyMap<string, Named>>();

/** The service that a physical function name belongs to; undefined for a function that is no service's. */
export function serviceOfFunction(scenario: Scenario, physicalName: string): string | undefined {
  return namesOf(scenario).get(physicalName)?.service;
}

/** A function as people call it: its logical id. */
export function shortFunction(scenario: Scenario, physicalName: string): string {
  return namesOf(scenario).get(physicalName)?.logicalId ?? physicalName;
}

function namesOf({ services }: Scenario): ReadonlyMap<string, Named> {
  let names = known.get(services);
  if (!names) {
    names = new Map(
      services.flatMap((entry) =>
        functionsOf(entry).map((logicalId) => [
          functionName(entry, logicalId),
          { service: entry.service, logicalId },
        ]),
      ),
    );
    known.set(services, names);
  }
  return names;
}
