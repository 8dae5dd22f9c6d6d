import { functionsOf } from '../rehearsal/check-names.ts';
import { functionName } from '../rehearsal/service-template.ts';
import type { FaultOf } from './fault.ts';
import type { FaultSite } from './fault-site.ts';
import { atMoment } from './moment.ts';

const cleanUp = { principal: 'clean-up-job' };

/** Deletes every version of a service's functions that no alias uses, as clean-up jobs do. */
export function deleteVersions(fault: FaultOf<'delete-versions'>, site: FaultSite): void {
  const { scenario, coordinator } = site;
  atMoment(fault.when, site, async () => {
    const entry = scenario.services.find(({ service }) => service === fault.service);
    for (const logicalId of entry ? functionsOf(entry) : []) {
      const FunctionName = functionName(entry as NonNullable<typeof entry>, logicalId);
      const call = (operation: string, input: object) =>
        coordinator.account.wire.call('lambda', operation, input, cleanUp);
      const { Versions = [] } = (await call('ListVersionsByFunction', { FunctionName })) as {
        Versions?: { Version?: string }[];
      };
      for (const { Version } of Versions) {
        if (Version === '$LATEST') continue;
        try {
          await call('DeleteFunction', { FunctionName, Qualifier: Version });
          site.strikes(fault, `version ${Version} of ${FunctionName}`);
        } catch {
          // An alias uses it: Lambda keeps it.
        }
      }
    }
  });
}

/** Deletes the templates that the coordinator saved so far. */
export function deleteTemplates(fault: FaultOf<'delete-templates'>, site: FaultSite): void {
  const { account, nameOf } = site.coordinator;
  const Bucket = nameOf('Bucket');
  atMoment(fault.when, site, async () => {
    const { Contents = [] } = (await account.wire.call(
      's3',
      'ListObjectsV2',
      { Bucket, Prefix: 'templates/' },
      cleanUp,
    )) as { Contents?: { Key?: string }[] };
    for (const { Key } of Contents) {
      await account.wire.call('s3', 'DeleteObject', { Bucket, Key }, cleanUp);
      site.strikes(fault, String(Key));
    }
  });
}

/** Lets CloudFormation fail at a resource. */
export function breakStack(fault: FaultOf<'stack'>, site: FaultSite): void {
  const { service, resource, fails, times } = fault;
  const stack = site.scenario.services.find((entry) => entry.service === service)?.stack;
  if (stack === undefined) return;
  const { cloudFormation } = site.coordinator.account;
  const order = fails === 'update' ? 'failUpdateOf' : 'failRollbackOf';
  cloudFormation[order](stack, resource, 'Internal Failure', times);
  site.strikes(fault, `${resource} of ${stack}`);
}
