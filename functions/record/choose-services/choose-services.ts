import * as z from 'zod';
import type { Bucket } from '../../../shared/aws/bucket.ts';
import type { CatalogStore } from '../../../shared/catalog/catalog-store.ts';
import { type ServiceEntry, serviceName, stacksOf } from '../../../shared/catalog/service-entry.ts';
import { InvalidInput } from '../../../shared/errors.ts';
import { releaseId as releaseIdText, stackArn, stackNameOf } from '../../../shared/ids.ts';
import { serviceOfRelease } from '../../../shared/ledger/records.ts';
import type { ReleaseLedger } from '../../../shared/ledger/release-ledger.ts';
import { sentence, signature } from '../../../shared/plain-text.ts';
import { readInput } from '../../../shared/task.ts';

export const chooseServicesInput = z.strictObject({
  executionName: z.string(),
  /** The execution's own input, from a person, the rule or the schedule. */
  input: z.unknown(),
});

/** Input of record-release: `{"service": "orders"}` for one service, `{}` or `{"all": true}` for all. */
export const recordRequest = z
  .strictObject({
    service: serviceName.optional(),
    all: z.literal(true, 'must be true, or left out').optional(),
    /** Declares the live state good, without having it watched. */
    verdict: z
      .literal('good', 'must be "good": what is bad is named so by rolling it back with coordinate-rollback')
      .optional(),
    /** Reason why it is good; kept in the ledger. */
    reason: sentence.optional(),
    /** The person who declares it; kept in the ledger. */
    requestedBy: signature.optional(),
    /** From the rule: the stack whose update completed. */
    stackId: stackArn.optional(),
    /** From RecordEachService: the release that it recorded, and that has to be watched. */
    releaseId: releaseIdText.optional(),
    /** Step Functions uses this field to link the execution to the one that started it. */
    AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: z.string().max(1000).optional(),
  })
  .superRefine(({ service, all, verdict, reason, requestedBy, releaseId, stackId }, context) => {
    const add = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (service && all) add('all', 'is for all services, and "service" names one: leave one of them out');
    if (verdict && !service) add('service', 'is needed with a verdict: one says it of one service at a time');
    if (verdict && !reason) add('reason', 'is needed with a verdict: say in a sentence why it is good');
    if (!verdict && reason) add('verdict', 'must be "good" where a reason is given');
    if (!verdict && requestedBy) add('verdict', 'must be "good" where somebody says so');
    if (releaseId && serviceOfRelease(releaseId) !== service) add('releaseId', 'must be one of the service');
    if (releaseId && verdict) add('verdict', 'is said of what is live: leave out the releaseId');
    if (stackId && !service)
      add('service', 'is needed with a stackId: the service that the stack belongs to');
  });

/** One service to record, one release to watch that is recorded already, or the list of many services. */
export type ChosenServices =
  | {
      readonly kind: 'one';
      /** Input of RecordService. */
      readonly record: Pick<
        z.infer<typeof recordRequest>,
        'service' | 'verdict' | 'reason' | 'requestedBy' | 'stackId'
      >;
    }
  | {
      readonly kind: 'watch';
      readonly record: { readonly service: string };
      /** In the form of RecordService's result. */
      readonly recording: {
        readonly outcome: 'found';
        readonly releaseId: string;
        readonly detail: string;
        readonly next: 'watch';
      };
    }
  | {
      readonly kind: 'many';
      readonly services: number;
      /** The array of services that the Distributed Map reads. */
      readonly itemsKey: string;
    };

export interface ChooseServicesDeps {
  readonly catalog: CatalogStore;
  readonly bucket: Bucket;
  readonly releases: Pick<ReleaseLedger, 'find'>;
}

/**
 * Chooses the services that an execution records; changes nothing in them.
 *
 * @throws InvalidInput when the input does not have the form above, or the catalog has no such service
 */
export function chooseServices({ catalog, bucket, releases }: ChooseServicesDeps) {
  return async ({ executionName, input }: z.infer<typeof chooseServicesInput>): Promise<ChosenServices> => {
    const {
      all: _,
      AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: __,
      releaseId,
      ...record
    } = readInput(recordRequest, input);
    const { service } = record;
    if (service) {
      const entry = await catalog.entry(service);
      refuseOtherStack(entry, record.stackId);
      if (releaseId && !(await releases.find(releaseId))) {
        throw new InvalidInput(`releaseId: the ledger has no release "${releaseId}"`);
      }
      if (!releaseId) return { kind: 'one', record };
      const detail = `${releaseId} is live and not proven yet`;
      const recording = { outcome: 'found', releaseId, detail, next: 'watch' } as const;
      return { kind: 'watch', record: { service }, recording };
    }
    const services = Object.keys((await catalog.find())?.services ?? {}).sort();
    const itemsKey = `recordings/${executionName}/services.json`;
    await bucket.write(itemsKey, JSON.stringify(services.map((service) => ({ service }))));
    return { kind: 'many', services: services.length, itemsKey };
  };
}

function refuseOtherStack(entry: ServiceEntry, stackId: string | undefined): void {
  if (stackId === undefined) return;
  const name = stackNameOf(stackId);
  if (stacksOf(entry).includes(name)) return;
  throw new InvalidInput(
    `stackId: "${name}" is no stack of "${entry.service}", which has ${stacksOf(entry).join(', ') || 'none'}`,
  );
}
