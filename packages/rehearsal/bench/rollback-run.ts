import { resolve } from 'node:path';
import { VirtualClock } from 'account-simulator/clock/virtual-clock.ts';
import { deployTemplate } from 'account-simulator/deploy/deploy-template.ts';
import { SeededRandom } from 'account-simulator/random/seeded-random.ts';
import { compiledCatalogKey } from '../../../shared/catalog/compiled-catalog.ts';
import { DependencyGraph } from '../../../shared/cut/dependency-graph.ts';
import { criticalPath, rollbackOrder } from '../../../shared/cut/rollback-order.ts';
import { serviceOfRelease } from '../../../shared/ledger/records.ts';
import { productStack } from '../run/product-stack.ts';
import { attributes } from './attributes.ts';
import { leastDuration, type RollbackCase, rollbackCase } from './rollback-case.ts';
import { slowAccount } from './slow-account.ts';

/** One row: times in s of virtual time unless they say otherwise. */
export interface RollbackRow {
  readonly seed: number;
  readonly services: number;
  /** Services in sequence on the longest path, and their least total duration. */
  readonly pathServices: number;
  readonly path: number;
  /** From the first service's start until the users of all services are back. */
  readonly took: number;
  readonly ratio: number;
  /**
   * Computed durations of the same plan: level by level, each waiting for its slowest service; and one service after the
   * other.
   */
  readonly byLevels: number;
  readonly oneByOne: number;
  /** State transitions of a service's own executions, on average. */
  readonly transitions: number;
  readonly wallSeconds: number;
  readonly peakMiB: number;
}

const seed = 20_260_105;
const person = { principal: 'person-in-the-console' };

/**
 * Runs the coordinator's machines and functions over a plan of `size` services.
 *
 * @param stackMinutes shortest and longest duration of a stack
 */
async function run(size: number, stackMinutes: readonly [number, number]): Promise<RollbackRow> {
  const wallStart = process.hrtime.bigint();
  const drawn = rollbackCase(size, new SeededRandom(seed).fork(`rollback/${size}`), stackMinutes);
  const clock = VirtualClock.install(drawn.releasedAt);
  try {
    const coordinator = await deployTemplate({
      clock,
      random: new SeededRandom(seed),
      ...productStack(resolve('.')),
      parameters: { Environment: 'prod', StakeholderEmail: 'stakeholders@example.com' },
    });
    const { account, engine } = coordinator;
    account.wire.use(slowAccount(drawn.durations));
    // The health of the services afterwards is not measured.
    account.lambdaRuntime.intercept(async ({ logicalId }, next) =>
      logicalId === 'VerifyRecoveryFunction'
        ? { status: 'unproven', detail: 'not looked at', waitSeconds: 60 }
        : next(),
    );
    let began = Number.NaN;
    let finished = Number.NaN;
    let ended = Number.NaN;
    engine.onStateEntered(({ state, time }) => {
      if (state === 'RollBackServices' && Number.isNaN(began)) began = time;
      if (state === 'AnnounceTraffic') ended = finished;
    });
    engine.onStateExited(({ state, time }) => {
      if (state === 'FinishService') finished = time;
    });
    let execution: string | undefined;
    clock.after(0, async () => {
      await fill(drawn, coordinator);
      const { arn } = coordinator.machine('CoordinateRollback');
      const [first] = drawn.entries;
      const input = JSON.stringify({ service: first?.service });
      ({ executionArn: execution } = await account.wire.call(
        'sfn',
        'StartExecution',
        { stateMachineArn: arn, input },
        person,
      ));
    });
    const isOver = () => execution !== undefined && engine.execution(execution).status !== 'RUNNING';
    await clock.run(isOver, drawn.releasedAt + 30 * 86_400_000);
    const { status, error, cause } = engine.execution(execution ?? '');
    // The stacks have no service role: they are pinned, and the rest of each stack is left as it is.
    if (status !== 'SUCCEEDED' && error !== 'TrafficRestored')
      throw new Error(`${status} ${error}: ${cause}`);
    const own = engine
      .executions()
      .filter(({ stateMachine }) => /roll-back-service|\/Services$/.test(stateMachine.name));
    const transitions = own.reduce((sum, one) => sum + one.stateTransitions, 0);
    return {
      ...compare(drawn, ended - began),
      transitions: round(transitions / size),
      wallSeconds: round(Number(process.hrtime.bigint() - wallStart) / 1e9),
      // libuv gives it in kilobytes on every platform.
      peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  } finally {
    clock.uninstall();
  }
}

/** Writes the catalog, the releases and the one template to the coordinator's bucket and ledger. */
async function fill(
  { entries, releases }: RollbackCase,
  { account, nameOf }: Awaited<ReturnType<typeof deployTemplate>>,
) {
  const [Bucket, TableName] = [nameOf('Bucket'), nameOf('LedgerTable')];
  const catalog = {
    compiledAt: new Date(account.clock.now()).toISOString(),
    services: Object.fromEntries(entries.map((entry) => [entry.service, entry])),
  };
  const put = (Key: string, text: string) =>
    account.wire.call('s3', 'PutObject', { Bucket, Key, Body: Buffer.from(text) }, person);
  await put(compiledCatalogKey, JSON.stringify(catalog));
  await put('templates/any.template', '{}');
  for (const release of releases) {
    const service = serviceOfRelease(release.releaseId);
    const key = { pk: `SERVICE#${service}`, sk: `RELEASE#${release.releaseId.slice(service.length + 1)}` };
    const Item = attributes({ ...release, ...key });
    await account.wire.call('dynamodb', 'PutItem', { TableName, Item }, person);
  }
}

function compare(drawn: RollbackCase, tookMs: number) {
  const order = rollbackOrder(
    new DependencyGraph(drawn.entries),
    drawn.entries.map(({ service }) => service),
  );
  const durationOf = (service: string) => leastDuration(drawn, service);
  const path = criticalPath(order, durationOf);
  const slowest = new Map<number, number>();
  for (const { level, services } of order) {
    slowest.set(level, Math.max(slowest.get(level) ?? 0, ...services.map(durationOf)));
  }
  const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0);
  return {
    seed,
    services: drawn.entries.length,
    pathServices: path.services.length,
    path: round(path.duration / 1000),
    took: round(tookMs / 1000),
    ratio: Math.round((tookMs / path.duration) * 1000) / 1000,
    byLevels: round(sum(slowest.values()) / 1000),
    oneByOne: round(sum(drawn.entries.map(({ service }) => durationOf(service))) / 1000),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const [, , size, least, most] = process.argv.map(Number);
console.log(JSON.stringify(await run(size ?? 0, [least ?? 0, most ?? 0])));
