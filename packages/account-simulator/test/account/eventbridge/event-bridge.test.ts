import type { DeadLetter } from '../../../account/eventbridge/delivery.ts';
import { DeliveryFailure } from '../../../account/eventbridge/delivery-failure.ts';
import type { BusEvent, EventEntry } from '../../../account/eventbridge/event.ts';
import {
  EventBridge,
  type RuleDefinition,
  type RuleTarget,
} from '../../../account/eventbridge/event-bridge.ts';
import { AwsError } from '../../../account/service.ts';
import { VirtualClock } from '../../../clock/virtual-clock.ts';
import { SeededRandom } from '../../../random/seeded-random.ts';

const START = Date.parse('2026-10-01T08:00:00.250Z');
const MINUTE = 60_000;
let clock: VirtualClock;
afterEach(() => clock.uninstall());

function setup(seed = 1) {
  clock = VirtualClock.install(START);
  const bus = new EventBridge({
    clock,
    random: new SeededRandom(seed),
    account: { accountId: '123456789012', region: 'eu-west-1' },
  });
  const received: { input: unknown; event: BusEvent; at: number }[] = [];
  const target = (over: Partial<RuleTarget> = {}): RuleTarget => ({
    id: 'machine',
    arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:monitor',
    receive: (input, event) => received.push({ input, event, at: clock.now() - START }),
    ...over,
  });
  const rule = (over: Partial<RuleDefinition> = {}): RuleDefinition => ({
    name: 'deployments',
    eventPattern: { source: ['aws.codedeploy'] },
    targets: [target()],
    ...over,
  });
  return { bus, received, target, rule };
}

const failure: EventEntry = {
  source: 'aws.codedeploy',
  detailType: 'CodeDeploy Deployment State-change Notification',
  resources: ['arn:aws:codedeploy:eu-west-1:123456789012:application:shop'],
  detail: { state: 'FAILURE', deploymentId: 'd-123456789' },
};
const rest = () => clock.run(() => false);

describe('events', () => {
  it('get the whole envelope', () => {
    const { bus } = setup();
    expect(bus.putEvent(failure)).toEqual({
      version: '0',
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      'detail-type': failure.detailType,
      source: 'aws.codedeploy',
      account: '123456789012',
      time: '2026-10-01T08:00:00Z',
      region: 'eu-west-1',
      resources: failure.resources,
      detail: failure.detail,
    });
  });

  it('are copies from the time they were sent', () => {
    const { bus } = setup();
    const detail = { at: new Date(START), state: 'START', gone: undefined };
    const event = bus.putEvent({ ...failure, detail });
    detail.state = 'changed';
    expect(event.detail).toEqual({ at: '2026-10-01T08:00:00.250Z', state: 'START' });
  });

  it('are all in the history, matched or not', () => {
    const { bus, rule } = setup();
    bus.putRule(rule());
    bus.putEvent(failure);
    bus.putEvent({ ...failure, source: 'aws.ecs' });
    expect(bus.history().map(({ source }) => source)).toEqual(['aws.codedeploy', 'aws.ecs']);
  });
});

describe('rules', () => {
  it('deliver matching events within 0.2 to 2 s', async () => {
    const { bus, rule, received } = setup();
    const { arn } = bus.putRule(rule());
    expect(arn).toBe('arn:aws:events:eu-west-1:123456789012:rule/deployments');
    for (let i = 0; i < 50; i += 1) bus.putEvent(failure);
    bus.putEvent({ ...failure, source: 'aws.ecs' });
    expect(bus.pendingDeliveries).toBe(50);
    await rest();
    expect(received).toHaveLength(50);
    expect(bus.pendingDeliveries).toBe(0);
    for (const { at } of received) {
      expect(at).toBeGreaterThanOrEqual(200);
      expect(at).toBeLessThanOrEqual(2_000);
    }
    expect(new Set(received.map(({ at }) => at)).size).toBeGreaterThan(10);
  });

  it('give the same run for the same seed, and each delivery its own chance', async () => {
    const run = async (more: boolean) => {
      const { bus, rule, received, target } = setup(9);
      bus.putRule(rule());
      if (more) bus.putRule(rule({ name: 'other', targets: [target({ receive: () => {} })] }));
      bus.putEvent(failure);
      bus.putEvent(failure);
      await rest();
      clock.uninstall();
      return received;
    };
    const first = await run(false);
    expect(await run(false)).toEqual(first);
    expect(await run(true)).toEqual(first);
  });

  it("make each target's own input", async () => {
    const { bus, rule, received, target } = setup();
    bus.putRule(
      rule({
        eventPattern: JSON.stringify({ source: ['aws.codedeploy'] }),
        targets: [
          target({ id: 'a', Input: '{"fixed":true}' }),
          target({
            id: 'b',
            InputTransformer: {
              InputPathsMap: { id: '$.detail.deploymentId' },
              InputTemplate: '{"deploymentId": <id>, "rule": <aws.events.rule-name>}',
            },
          }),
        ],
      }),
    );
    bus.putEvent(failure);
    await rest();
    expect(received.map(({ input }) => input)).toEqual(
      expect.arrayContaining([{ fixed: true }, { deploymentId: 'd-123456789', rule: 'deployments' }]),
    );
  });

  it('rest while disabled, removed or replaced', async () => {
    const { bus, rule, received } = setup();
    bus.putRule(rule({ state: 'DISABLED' }));
    bus.putEvent(failure);
    bus.putRule(rule({ eventPattern: { source: ['aws.ecs'] } }));
    bus.putEvent(failure);
    bus.removeRule('deployments');
    bus.putEvent({ ...failure, source: 'aws.ecs' });
    await rest();
    expect(received).toEqual([]);
  });

  it.each<[Partial<RuleDefinition>, string]>([
    [{ name: 'a b' }, 'not a valid rule name'],
    [{ scheduleExpression: 'rate(1 minute)' }, 'either a pattern or a schedule'],
    [{ eventPattern: '{' }, 'not JSON'],
    [{ eventPattern: { source: 'x' } }, '"source"'],
  ])('are refused with %j', (over, reason) => {
    const { bus, rule } = setup();
    expect(() => bus.putRule(rule(over))).toThrow(reason);
  });

  it.each([
    [{ MaximumRetryAttempts: 186 }, '186'],
    [{ MaximumRetryAttempts: -1 }, '-1'],
    [{ MaximumEventAgeInSeconds: 59 }, '59'],
    [{ MaximumEventAgeInSeconds: 86_401 }, '86401'],
  ])('are refused with the retry policy %j', (retryPolicy, reason) => {
    const { bus, rule, target } = setup();
    expect(() => bus.putRule(rule({ targets: [target({ retryPolicy })] }))).toThrow(reason);
  });
});

describe('targets that fail', () => {
  const failing = (error: unknown, over: Partial<RuleTarget> = {}) => {
    const test = setup();
    const attempts: number[] = [];
    const letters: DeadLetter[] = [];
    test.bus.putRule(
      test.rule({
        targets: [
          test.target({
            receive: async () => {
              attempts.push(clock.now());
              throw error;
            },
            deadLetter: (letter) => letters.push(letter),
            ...over,
          }),
        ],
      }),
    );
    const event = test.bus.putEvent(failure);
    return { ...test, attempts, letters, event };
  };

  it('are tried again until they take the event', async () => {
    const { bus, rule, target, received } = setup();
    let failures = 3;
    const letters: DeadLetter[] = [];
    bus.putRule(
      rule({
        targets: [
          target({
            receive: (input, event) => {
              failures -= 1;
              if (failures >= 0) throw new Error('busy');
              received.push({ input, event, at: clock.now() - START });
            },
            deadLetter: (letter) => letters.push(letter),
          }),
        ],
      }),
    );
    bus.putEvent(failure);
    await rest();
    expect(received).toHaveLength(1);
    // About 1 + 2 + 4 s of backoff.
    expect(received[0]?.at).toBeGreaterThan(6_000);
    expect(received[0]?.at).toBeLessThan(10_000);
    expect(letters).toEqual([]);
  });

  it('discard the event to the dead-letter queue after the allowed attempts', async () => {
    const { attempts, letters, event } = failing(new Error('busy'), {
      retryPolicy: { MaximumRetryAttempts: 4 },
    });
    await rest();
    expect(attempts).toHaveLength(5);
    expect(letters).toEqual([
      {
        event,
        attributes: {
          RULE_ARN: 'arn:aws:events:eu-west-1:123456789012:rule/deployments',
          TARGET_ARN: 'arn:aws:states:eu-west-1:123456789012:stateMachine:monitor',
          ERROR_CODE: 'ERROR_FROM_TARGET',
          ERROR_MESSAGE: 'busy',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          RETRY_ATTEMPTS: '4',
        },
      },
    ]);
  });

  it('discard the event once it is too old', async () => {
    const { attempts, letters } = failing(new Error('busy'), {
      retryPolicy: { MaximumEventAgeInSeconds: 60 },
    });
    await rest();
    expect(attempts.at(-1) as number).toBeLessThanOrEqual(START + MINUTE);
    expect(letters[0]?.attributes.EXHAUSTED_RETRY_CONDITION).toBe('MaximumEventAgeInSeconds');
    expect(Number(letters[0]?.attributes.RETRY_ATTEMPTS)).toBe(attempts.length - 1);
  });

  it('are tried 185 times in about a day by default, then the event is discarded', async () => {
    const { attempts, bus } = failing(new Error('busy'), { deadLetter: () => {} });
    await rest();
    expect(attempts.length).toBeGreaterThan(170);
    expect(attempts.length).toBeLessThanOrEqual(186);
    expect((attempts.at(-1) as number) - START).toBeLessThanOrEqual(86_400_000);
    expect((attempts.at(-1) as number) - START).toBeGreaterThan(80_000_000);
    expect(bus.pendingDeliveries).toBe(0);
  });

  it.each([
    [new AwsError('AccessDeniedException', 'no'), 'NO_PERMISSIONS'],
    [new AwsError('StateMachineDoesNotExist', 'no'), 'NO_RESOURCE'],
    [new AwsError('ResourceNotFoundException', 'no', 404), 'NO_RESOURCE'],
    [new DeliveryFailure('FAILED_TO_ASSUME_ROLE', 'no', { retry: false }), 'FAILED_TO_ASSUME_ROLE'],
  ])('are not tried again after %s', async (error, code) => {
    const { attempts, letters } = failing(error);
    await rest();
    expect(attempts).toHaveLength(1);
    expect(letters[0]?.attributes).toMatchObject({ ERROR_CODE: code, RETRY_ATTEMPTS: '0' });
    expect(letters[0]?.attributes).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it.each([
    [new AwsError('ThrottlingException', 'slow'), 'THROTTLING'],
    [new AwsError('ServiceException', 'down', 500), 'INTERNAL_ERROR'],
    [new AwsError('ExecutionLimitExceeded', 'full'), 'ERROR_FROM_TARGET'],
    ['text', 'ERROR_FROM_TARGET'],
  ])('are tried again after %s', async (error, code) => {
    const { attempts, letters } = failing(error, { retryPolicy: { MaximumRetryAttempts: 1 } });
    await rest();
    expect(attempts).toHaveLength(2);
    expect(letters[0]?.attributes.ERROR_CODE).toBe(code);
  });

  it('get nothing when their input cannot be made', async () => {
    const { attempts, letters } = failing(new Error('unused'), {
      InputTransformer: { InputPathsMap: { x: '$.detail.gone' }, InputTemplate: '{"x": <x>}' },
    });
    await rest();
    expect(attempts).toEqual([]);
    expect(letters[0]?.attributes.ERROR_CODE).toBe('INVALID_JSON');
  });
});

describe('interceptors', () => {
  it('duplicate a delivery, with the second at another moment', async () => {
    const { bus, rule, received } = setup();
    bus.putRule(rule());
    bus.interceptDelivery((_event, _rule, deliver) => {
      deliver();
      deliver();
    });
    bus.putEvent(failure);
    await rest();
    expect(new Set(received.map(({ at }) => at)).size).toBe(2);
  });

  it('can lose, duplicate and delay deliveries', async () => {
    const { bus, rule, received } = setup();
    bus.putRule(rule());
    bus.interceptDelivery((event, { name }, deliver) => {
      expect(name).toBe('deployments');
      const fault = event.detail.fault;
      if (fault === 'lost') return;
      deliver();
      if (fault === 'doubled') deliver(500);
    });
    bus.interceptDelivery((event, _rule, deliver) => deliver(event.detail.fault === 'late' ? 5 * MINUTE : 0));
    for (const fault of ['late', 'lost', 'doubled', 'none']) bus.putEvent({ ...failure, detail: { fault } });
    await rest();
    const faults = received.map(({ event }) => event.detail.fault);
    expect([...faults].sort()).toEqual(['doubled', 'doubled', 'late', 'none']);
    expect(faults.at(-1)).toBe('late');
    expect(received.at(-1)?.at).toBeGreaterThan(5 * MINUTE);
    expect(
      new Set(received.filter(({ event }) => event.detail.fault === 'doubled').map(({ at }) => at)).size,
    ).toBe(2);
  });
});

describe('schedules', () => {
  it('run in the minute they are due, between start and stop', async () => {
    const { bus, rule, received } = setup();
    const { eventPattern: _pattern, ...scheduled } = rule();
    bus.putRule({ ...scheduled, name: 'sweep', scheduleExpression: 'rate(5 minutes)' });
    expect(await clock.run(() => false)).toBe('idle');
    bus.start();
    bus.start();
    clock.at(START + 24 * MINUTE, () => bus.stop());
    expect(await rest()).toBe('idle');
    expect(received).toHaveLength(4);
    received.forEach(({ at }, i) => {
      expect(at).toBeGreaterThanOrEqual((i + 1) * 5 * MINUTE);
      expect(at).toBeLessThan((i + 1) * 5 * MINUTE + MINUTE + 2_000);
    });
    expect(received[0]?.event).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      resources: ['arn:aws:events:eu-west-1:123456789012:rule/sweep'],
      detail: {},
    });
    expect(bus.history()).toHaveLength(4);
  });

  it('are replaced with their rule', async () => {
    const { bus, rule, received } = setup();
    const { eventPattern: _pattern, ...scheduled } = rule();
    bus.start();
    bus.putRule({ ...scheduled, scheduleExpression: 'rate(1 minute)' });
    bus.putRule({ ...scheduled, scheduleExpression: 'rate(10 minutes)' });
    clock.at(START + 19 * MINUTE, () => bus.stop());
    expect(await rest()).toBe('idle');
    expect(received).toHaveLength(1);
  });

  it('do not run while disabled, and not after their rule is removed', async () => {
    const { bus, rule, received } = setup();
    const { eventPattern: _pattern, ...scheduled } = rule();
    bus.start();
    bus.putRule({ ...scheduled, name: 'off', state: 'DISABLED', scheduleExpression: 'rate(1 minute)' });
    bus.putRule({ ...scheduled, name: 'gone', scheduleExpression: 'cron(* * * * ? *)' });
    bus.removeRule('gone');
    expect(await rest()).toBe('idle');
    expect(received).toEqual([]);
  });
});

describe('PutEvents', () => {
  const put = (bus: EventBridge, Entries: object[]) =>
    bus.operations.PutEvents?.({ Entries } as never, { caller: { principal: 'shop' }, now: START });
  const entry = { Source: 'shop.orders', DetailType: 'order placed', Detail: '{"id":1}' };

  it('answers for each entry separately', async () => {
    const { bus, rule, received } = setup();
    bus.putRule(rule({ eventPattern: { source: ['shop.orders'] } }));
    const answer = put(bus, [
      entry,
      { ...entry, Detail: 'not json' },
      { ...entry, Detail: '[1]' },
      { ...entry, Source: 'aws.ec2' },
      { ...entry, DetailType: undefined },
    ]);
    expect(answer).toEqual({
      FailedEntryCount: 4,
      Entries: [
        { EventId: bus.history()[0]?.id },
        expect.objectContaining({ ErrorCode: 'MalformedDetail' }),
        expect.objectContaining({ ErrorCode: 'MalformedDetail' }),
        expect.objectContaining({ ErrorCode: 'NotAuthorizedForSourceException' }),
        expect.objectContaining({ ErrorCode: 'InvalidArgument' }),
      ],
    });
    await rest();
    expect(received.map(({ event }) => event.detail)).toEqual([{ id: 1 }]);
  });

  it('refuses other buses and more than ten entries', () => {
    const { bus } = setup();
    expect(() => put(bus, [{ ...entry, EventBusName: 'mine' }])).toThrow('mine');
    expect(() =>
      put(
        bus,
        Array.from({ length: 11 }, () => entry),
      ),
    ).toThrow('1 to 10');
    expect(() => put(bus, [])).toThrow('1 to 10');
  });
});
