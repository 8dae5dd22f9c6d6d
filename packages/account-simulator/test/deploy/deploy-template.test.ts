import { join } from 'node:path';
import { VirtualClock } from '../../clock/virtual-clock.ts';
import { type DeployedTemplate, deployTemplate } from '../../deploy/deploy-template.ts';
import { TemplateError } from '../../deploy/template-problem.ts';
import { SeededRandom } from '../../random/seeded-random.ts';

let clock: VirtualClock;

beforeEach(() => {
  clock = VirtualClock.install('2026-01-01T00:00:00Z');
});
afterEach(() => clock.uninstall());

const folder = join(process.cwd(), 'packages/account-simulator/test/deploy/fixtures/greeter');

function deployGreeter(seed = 1, parameters = {}): Promise<DeployedTemplate> {
  return deployTemplate({
    templatePath: join(folder, 'template.yaml'),
    code: async (spec) => (await import(join(folder, spec.codeUri, 'handler.ts'))).build,
    parameters: { StakeholderEmail: 'team@example.com', ...parameters },
    stackName: 'greeter',
    clock,
    random: new SeededRandom(seed),
  });
}

/** Puts an order on the bus and waits until its machine has ended and every event is delivered. */
async function order(coordinator: DeployedTemplate, detail: object) {
  const { account, engine } = coordinator;
  account.eventBridge.putEvent({ source: 'greeter.orders', detailType: 'Order', detail });
  await clock.run(() => engine.executions().some(({ status }) => status !== 'RUNNING'));
  await clock.run(() => account.eventBridge.pendingDeliveries === 0 && account.lambdaRuntime.waiting === 0);
  return engine.executions()[0];
}

describe('deployTemplate', () => {
  it('runs an event through rule, machine, function, parameter, topic, second rule and table', async () => {
    const coordinator = await deployGreeter();
    const { account } = coordinator;
    const execution = await order(coordinator, { name: 'Ada' });
    expect(execution?.status).toBe('SUCCEEDED');
    expect(JSON.parse(execution?.output ?? '')).toEqual({ greeting: 'Hello Ada, be kind (en)' });
    expect(account.sns.inbox()).toMatchObject([
      {
        to: 'team@example.com',
        subject: 'A greeting',
        body: 'Hello Ada, be kind (en)',
        publishedBy: coordinator.machine('GreetMachine').roleArn,
      },
    ]);
    expect(account.dynamoDb.items(coordinator.nameOf('Ledger'))).toEqual([{ pk: 'greetings', count: 1 }]);
  });

  it('fails a Task with the name of the error its function threw', async () => {
    const coordinator = await deployGreeter();
    const execution = await order(coordinator, { name: '' });
    expect(execution?.status).toBe('FAILED');
    const failed = execution?.history.find(({ type }) => type === 'TaskFailed');
    expect(failed?.details).toMatchObject({
      error: 'NobodyThere',
      cause: '{"errorType":"NobodyThere","errorMessage":"there is nobody to greet","trace":[]}',
    });
  });

  it('calls as the role of the function or machine', async () => {
    const coordinator = await deployGreeter();
    const calls: string[] = [];
    coordinator.account.wire.use(({ service, operation, caller }, next) => {
      calls.push(`${caller.resource} ${service}:${operation}`);
      return next();
    });
    await order(coordinator, { name: 'Ada' });
    expect(calls).toEqual([
      'GreetOrderRole sfn:StartExecution',
      'GreetMachine lambda:Invoke',
      'ComposeGreetingFunction ssm:GetParameter',
      'GreetMachine sns:Publish',
      'CountGreetingFunction dynamodb:UpdateItem',
    ]);
  });

  it('runs schedules while the account is started', async () => {
    const coordinator = await deployGreeter();
    const { account } = coordinator;
    account.start();
    await clock.run(() => false, clock.now() + 3.5 * 3_600_000);
    account.stop();
    const [item] = account.dynamoDb.items(coordinator.nameOf('Ledger'));
    expect(item).toEqual({ pk: 'greetings', count: 3 });
  });

  it('sends undeliverable events of a rule to its dead-letter queue', async () => {
    const coordinator = await deployGreeter();
    const { account } = coordinator;
    account.eventBridge.putEvent({ source: 'greeter.orders', detailType: 'Order', detail: { other: 1 } });
    await clock.run(() => account.eventBridge.pendingDeliveries === 0);
    const [queue] = coordinator.stack.queues;
    const messages = account.queue(queue?.arn ?? '')?.messages ?? [];
    expect(messages).toHaveLength(1);
    expect(messages[0]?.attributes).toMatchObject({ TARGET_ARN: coordinator.machine('GreetMachine').arn });
  });

  it('gives the same run for the same seed, and another for another', async () => {
    const histories: string[] = [];
    for (const seed of [1, 1, 2]) {
      clock.uninstall();
      clock = VirtualClock.install('2026-01-01T00:00:00Z');
      const execution = await order(await deployGreeter(seed), { name: 'Ada' });
      histories.push(JSON.stringify(execution?.history));
    }
    expect(histories[1]).toBe(histories[0]);
    expect(histories[2]).not.toBe(histories[0]);
  });

  it('lists the statements of the roles', async () => {
    const coordinator = await deployGreeter();
    const role = coordinator.roles().find(({ logicalId }) => logicalId === 'CountGreetingFunction');
    expect(role?.statements).toEqual([
      {
        Effect: 'Allow',
        Action: ['dynamodb:UpdateItem'],
        Resource: [`arn:aws:dynamodb:eu-west-1:111122223333:table/${coordinator.nameOf('Ledger')}`],
      },
    ]);
  });

  it('refuses bad parameters and unknown ids by name', async () => {
    await expect(deployGreeter(1, { PollSeconds: 1 })).rejects.toThrow(TemplateError);
    const coordinator = await deployGreeter();
    expect(() => coordinator.nameOf('Nothing')).toThrow('The template has no such resource: Nothing');
  });
});
