import { onLambda } from '../../../shared/runtime.ts';
import { task } from '../../../shared/task.ts';
import { compilingCatalogStore, figures, ledgers, planStore } from '../../../shared/wiring.ts';
import { openIncident, openIncidentInput } from './open-incident.ts';

export const build = task('OpenIncident', openIncidentInput, (runtime) =>
  openIncident({
    catalog: compilingCatalogStore(runtime),
    ...ledgers(runtime),
    plans: planStore(runtime),
    figures: figures(runtime),
    now: runtime.now,
  }),
);
export const handler = onLambda(build);
