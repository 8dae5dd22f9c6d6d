import { resolve } from 'node:path';
import { AwsError } from 'account-simulator/account/service.ts';
import { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import { deployTemplate } from 'account-simulator/deploy/deploy-template.ts';
import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { compiledCatalogKey } from '../../../shared/catalog/compiled-catalog.ts';
import { type ServiceEntry, serviceEntry } from '../../../shared/catalog/service-entry.ts';
import { enforceServiceLimits } from '../faults/service-limits.ts';
import { productStack } from '../run/product-stack.ts';
import { settledAccount } from './settled-account.ts';

/** The catalog to record. */
export interface RecordAllCase {
  readonly services: number;
  readonly functionsPerService: number;
  /** Services whose stack cannot be read. */
  readonly unreadable?: readonly string[];
}

/** The result of `record-release {}`. */
export interface RecordAllResult extends Omit<RecordAllCase, 'unreadable'> {
  /** Services that it could not record. */
  readonly failed: number;
  /** Calls that a request limit of the account refused, including those of the watches that follow. */
  readonly refused: number;
  /** Requests to Lambda's control plane, and the most within any second. */
  readonly lambdaRequests: number;
  readonly mostLambdaRequestsInASecond: number;
  /** Executions of record-release, including the one that was started. */
  readonly executions: number;
  /** Releases that are good in the end. */
  readonly good: number;
  /** The mails about failures. */
  readonly failureMails: readonly { readonly subject: string; readonly body: string }[];
  /** From the start to the last service recorded, s of virtual time. */
  readonly took: number;
}

const seed = 20_260_105;
const start = Date.parse('2026-01-05T09:00:00.000Z');
const person = { principal: 'person-in-the-console' };

/**
 * Records all services of a catalog with the real machines and functions. The services have been live for long and are not
 * in the ledger; watches that result are played to their end.
 */
export async function recordAll({
  services,
  functionsPerService,
  unreadable = [],
}: RecordAllCase): Promise<RecordAllResult> {
  const entries = catalog(services, functionsPerService);
  const clock = VirtualClock.install(start);
  try {
    const coordinator = await deployTemplate({
      clock,
      random: new SeededRandom(seed),
      ...productStack(resolve('.')),
      parameters: { Environment: 'prod', StakeholderEmail: 'stakeholders@example.com' },
    });
    const { account, engine } = coordinator;
    let refused = 0;
    enforceServiceLimits(account.wire, () => {
      refused += 1;
    });
    const perSecond = new Map<number, number>();
    account.wire.use(async ({ service, operation, input, now, caller }, next) => {
      if (service === 'lambda' && operation !== 'Invoke' && caller.resource !== undefined) {
        const second = Math.floor(now / 1000);
        perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
      }
      if (service === 'cloudformation' && unreadable.includes(String(input.StackName))) {
        throw new AwsError('AccessDenied', `Not authorized to read ${input.StackName}.`, 403);
      }
      return next();
    });
    account.wire.use(settledAccount(start - 30 * 86_400_000));
    let execution: string | undefined;
    let recordedAt = Number.NaN;
    engine.onStateExited(({ state, time }) => {
      if (state === 'RecordEachService') recordedAt = time;
    });
    clock.after(0, async () => {
      const services = Object.fromEntries(entries.map((entry) => [entry.service, entry]));
      const text = JSON.stringify({ compiledAt: new Date(start).toISOString(), services });
      await account.wire.call(
        's3',
        'PutObject',
        { Bucket: coordinator.nameOf('Bucket'), Key: compiledCatalogKey, Body: Buffer.from(text) },
        person,
      );
      ({ executionArn: execution } = await account.wire.call(
        'sfn',
        'StartExecution',
        { stateMachineArn: coordinator.machine('RecordRelease').arn, input: '{}' },
        person,
      ));
    });
    const ended = () => engine.executions().every(({ status }) => status !== 'RUNNING');
    await clock.run(
      () => execution !== undefined && ended() && account.lambdaRuntime.waiting === 0,
      start + 7 * 86_400_000,
    );
    const all = engine.executions();
    const own = all.filter(({ stateMachine }) => stateMachine.name.endsWith('record-release'));
    const mails = account.sns.inbox();
    const failed = all.filter(
      ({ status, output }) => status !== 'SUCCEEDED' || (output ?? '').includes('"error"'),
    );
    return {
      services,
      functionsPerService,
      failed: failed.filter(({ arn }) => arn !== execution).length,
      refused,
      lambdaRequests: [...perSecond.values()].reduce((sum, count) => sum + count, 0),
      mostLambdaRequestsInASecond: Math.max(0, ...perSecond.values()),
      executions: own.length,
      good: mails.filter(({ subject }) => subject.includes('confirmed good')).length,
      failureMails: mails
        .filter(({ subject }) => subject.includes('could not'))
        .map(({ subject, body }) => ({ subject, body })),
      took: Math.round((recordedAt - start) / 1000),
    };
  } finally {
    clock.uninstall();
  }
}

function catalog(services: number, functionsPerService: number): ServiceEntry[] {
  return Array.from({ length: services }, (_, index) => {
    const service = `service-${String(index).padStart(3, '0')}`;
    const functions = Array.from({ length: functionsPerService }, (_, nth) => `${service}-${nth}`);
    return serviceEntry.parse({
      version: 1,
      service,
      stack: service,
      targets: [
        ...functions.map((name) => ({ kind: 'lambda-alias', function: name })),
        { kind: 'cloudformation' },
      ],
      policy: { alarms: [`${service}-errors`] },
    });
  });
}
