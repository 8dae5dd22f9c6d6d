import { deleteSavedTemplates, deleteUnusedVersions } from '../run/clean-up-job.ts';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { atMoment } from './moment.ts';

/** Deletes every version of a service's functions that no alias uses. */
export function deleteVersions(fault: FaultOf<'delete-versions'>, site: FaultSite): void {
  const { scenario, coordinator } = site;
  atMoment(fault.when, site, async () => {
    const deleted = await deleteUnusedVersions(coordinator.account, scenario, fault.service);
    for (const one of deleted) site.strikes(fault, one);
  });
}

/** Deletes the templates that the coordinator has saved so far. */
export function deleteTemplates(fault: FaultOf<'delete-templates'>, site: FaultSite): void {
  const { account, nameOf } = site.coordinator;
  atMoment(fault.when, site, async () => {
    for (const key of await deleteSavedTemplates(account, nameOf('Bucket'))) site.strikes(fault, key);
  });
}

/** Makes CloudFormation fail at a resource. */
export function breakStack(fault: FaultOf<'stack'>, site: FaultSite): void {
  const { service, resource, fails, times } = fault;
  const stack = site.scenario.services.find((entry) => entry.service === service)?.stack;
  if (stack === undefined) return;
  const { cloudFormation } = site.coordinator.account;
  const order = fails === 'update' ? 'failUpdateOf' : 'failRollbackOf';
  cloudFormation[order](stack, resource, 'Internal Failure', times);
  site.strikes(fault, `${resource} of ${stack}`);
}
