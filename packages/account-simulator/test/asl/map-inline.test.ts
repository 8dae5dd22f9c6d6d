import { AslError } from '../../asl/asl-error.ts';
import { giveBackClock, INVOKE, links, output, play, types, work } from './harness.ts';

afterEach(giveBackClock);

const map = (fields: object, states: object = { Item: { Type: 'Pass', End: true } }) => ({
  All: {
    Type: 'Map',
    ItemProcessor: { StartAt: Object.keys(states)[0], States: states },
    End: true,
    ...fields,
  },
});

const pause = { Item: { Type: 'Wait', Seconds: '{% $states.input %}', End: true } };

describe('inline Map', () => {
  it('runs its processor for each item of its input, in the order of the items', async () => {
    const execution = await play().run(map({}, pause), [3, 1, 2]);
    expect(output(execution)).toEqual([3, 1, 2]);
  });

  it('takes the items from an expression or from an array with expressions', async () => {
    const harness = play();
    expect(
      output(await harness.run(map({ Items: '{% $states.input.list %}' }), { list: ['a', 'b'] })),
    ).toEqual(['a', 'b']);
    expect(output(await harness.run(map({ Items: [1, '{% $states.input.two %}', 3] }), { two: 2 }))).toEqual([
      1, 2, 3,
    ]);
  });

  it('gives each iteration the result of ItemSelector', async () => {
    const execution = await play().run(
      map({
        Items: '{% $states.input.shipped %}',
        ItemSelector: {
          parcel: '{% $states.context.Map.Item.Value %}',
          index: '{% $states.context.Map.Item.Index %}',
          source: '{% $states.context.Map.Item.Source %}',
          courier: '{% $states.input.courier %}',
        },
      }),
      { courier: 'UQS', shipped: ['R31', 'S39'] },
    );
    expect(output(execution)).toEqual([
      { parcel: 'R31', index: 0, source: 'STATE_DATA', courier: 'UQS' },
      { parcel: 'S39', index: 1, source: 'STATE_DATA', courier: 'UQS' },
    ]);
  });

  it('runs AWS’s example of order items', async () => {
    const execution = await play().run(
      map(
        { Items: '{% $states.input.items %}' },
        {
          Total: {
            Type: 'Pass',
            Output: {
              name: '{% $states.input.name %}',
              total: '{% $round($states.input.price * $states.input.quantity, 2) %}',
            },
            End: true,
          },
        },
      ),
      {
        items: [
          { name: 'Widget', price: 4.99, quantity: 3 },
          { name: 'Gadget', price: 12.5, quantity: 2 },
        ],
      },
    );
    expect(output(execution)).toEqual([
      { name: 'Widget', total: 14.97 },
      { name: 'Gadget', total: 25 },
    ]);
  });

  it('runs no more than MaxConcurrency at a time', async () => {
    const harness = play();
    await harness.run(map({ MaxConcurrency: 2 }, pause), [10, 10, 10, 10, 10]);
    expect(harness.seconds()).toBe(30);
  });

  it('runs one after the other with MaxConcurrency 1, also from an expression', async () => {
    const harness = play();
    await harness.run(map({ MaxConcurrency: '{% 1 %}' }, pause), [3, 2, 1]);
    expect(harness.seconds()).toBe(6);
  });

  it('runs at most 40 at a time, whatever the MaxConcurrency', async () => {
    for (const MaxConcurrency of [0, 1000]) {
      const harness = play();
      await harness.run(map({ MaxConcurrency }, pause), new Array(81).fill(10));
      expect(harness.seconds()).toBe(30);
    }
  });

  it('outputs an empty array for no items', async () => {
    const execution = await play().run(map({}), []);
    expect(output(execution)).toEqual([]);
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('fails with a query error where Items is no array: one match of a filter is not an array', async () => {
    const execution = await play().run(map({ Items: '{% $states.input.list[$ > 1] %}' }), { list: [1, 2] });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain(
      "'Items' returned an unexpected result type. Expected 'array', but was 'number'",
    );
  });

  it.each([
    [1, '1'],
    ['text', '"text"'],
    [null, 'null'],
    [{ a: 1 }, '{"a":1}'],
  ])('fails where its input is no array but %j, as in a history recorded on AWS', async (items, shown) => {
    const execution = await play().run(
      { Start: { Type: 'Pass', Output: '{% $states.input.items %}', Next: 'All' }, ...map({}) },
      { items },
    );
    const cause = `An error occurred while executing the state 'All' (entered at the event id #4). Map state input must be an array but was: ${shown}`;
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError', cause });
    expect(links(execution).slice(3)).toEqual([
      '4<3 MapStateEntered',
      '5<3 EvaluationFailed',
      '6<5 MapStateFailed',
      '7<6 ExecutionFailed',
    ]);
    expect(execution.history[4]?.details).toEqual({
      error: 'States.QueryEvaluationError',
      cause,
      state: 'All',
    });
  });

  it('lets a catcher take items that are no array', async () => {
    const execution = await play().run(
      {
        ...map({
          Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Output: 'caught', Next: 'Caught' }],
        }),
        Caught: { Type: 'Succeed' },
      },
      1,
    );
    expect(output(execution)).toBe('caught');
    expect(types(execution)).toContain('MapStateFailed');
  });

  it.each(['Items', 'MaxConcurrency', 'ToleratedFailureCount', 'ToleratedFailurePercentage'])(
    'ends with MapStateFailed where %s cannot be evaluated',
    async (field) => {
      const execution = await play().run(map({ [field]: "{% 'none' %}" }), [1]);
      expect(execution.error).toBe('States.QueryEvaluationError');
      expect(
        links(execution)
          .slice(-3)
          .map((link) => link.split(' ')[1]),
      ).toEqual(['EvaluationFailed', 'MapStateFailed', 'ExecutionFailed']);
      expect(execution.history.at(-3)).toMatchObject({ previousEventId: 0, details: { location: field } });
    },
  );

  it('accepts tolerated failures and a Label, and tolerates nothing', async () => {
    const fields = { ToleratedFailureCount: 5, ToleratedFailurePercentage: '{% 99.5 %}', Label: 'L' };
    const broken = { Item: { Type: 'Fail', Error: 'Broken' } };
    expect(output(await play().run(map(fields), [1]))).toEqual([1]);
    expect((await play().run(map(fields, broken), [1])).error).toBe('Broken');
  });

  it('chains iterations and its own end as in a history recorded on AWS', async () => {
    const execution = await play().run(map({ MaxConcurrency: 1 }), [1, 'two']);
    expect(links(execution)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 MapStateEntered',
      '3<2 MapStateStarted',
      '4<3 MapIterationStarted',
      '5<4 PassStateEntered',
      '6<5 PassStateExited',
      '7<6 MapIterationSucceeded',
      '8<6 MapIterationStarted',
      '9<8 PassStateEntered',
      '10<9 PassStateExited',
      '11<10 MapIterationSucceeded',
      '12<11 MapStateSucceeded',
      '13<11 MapStateExited',
      '14<13 ExecutionSucceeded',
    ]);
  });

  it('records its failure only when no retrier is left', async () => {
    const broken = { Item: { Type: 'Fail', Error: 'Broken' } };
    const retry = { Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 2 }], MaxConcurrency: 1 };
    const execution = await play().run(map(retry, broken), [1]);
    expect(types(execution).filter((type) => type.startsWith('MapState'))).toEqual([
      'MapStateEntered',
      'MapStateStarted',
      'MapStateStarted',
      'MapStateStarted',
      'MapStateFailed',
    ]);
  });

  it('does not show the item to the states inside, as AWS documents', async () => {
    const execution = await play().run(
      map({}, { Item: { Type: 'Pass', Output: '{% $exists($states.context.Map) %}', End: true } }),
      [1],
    );
    expect(output(execution)).toEqual([false]);
  });

  it('names the Map where ItemSelector fails', async () => {
    const execution = await play().run(map({ ItemSelector: '{% $states.input.absent %}' }), [1]);
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain("executing the state 'All'");
  });

  it('fails with the first iteration that fails, as in a history recorded on AWS', async () => {
    const harness = play().on(INVOKE, () => harness.clock.sleep(60_000));
    const states = { LambdaInvoke: work({ TimeoutSeconds: 5 }) };
    const execution = harness.start(harness.create(map({}, states)), [0, 1]);
    await harness.settle(10);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(
      execution.history.map(({ id, previousEventId, type, details }) => [
        id,
        previousEventId,
        type,
        details?.index ?? null,
      ]),
    ).toEqual([
      [1, 0, 'ExecutionStarted', null],
      [2, 0, 'MapStateEntered', null],
      [3, 2, 'MapStateStarted', null],
      [4, 3, 'MapIterationStarted', 0],
      [5, 3, 'MapIterationStarted', 1],
      [6, 4, 'TaskStateEntered', null],
      [7, 5, 'TaskStateEntered', null],
      [8, 6, 'TaskScheduled', null],
      [9, 8, 'TaskStarted', null],
      [10, 7, 'TaskScheduled', null],
      [11, 10, 'TaskStarted', null],
      [12, 9, 'TaskTimedOut', null],
      [13, 12, 'MapIterationFailed', 0],
      [14, 12, 'TaskStateAborted', null],
      [15, 12, 'MapIterationAborted', 1],
      [16, 12, 'TaskStateAborted', null],
      [17, 12, 'MapStateFailed', null],
      [18, 17, 'ExecutionFailed', null],
    ]);
  });

  it('retries all iterations and starts no new ones after a failure', async () => {
    let failures = 1;
    const harness = play().on(INVOKE, (args: { Payload: number }) => {
      if (args.Payload === 1 && failures-- > 0) throw new AslError('Boom');
      return args.Payload;
    });
    const execution = await harness.run(
      map(
        { MaxConcurrency: 1, Retry: [{ ErrorEquals: ['Boom'] }] },
        { Work: work({ Arguments: { Payload: '{% $states.input %}' } }) },
      ),
      [0, 1, 2],
    );
    expect(output(execution)).toEqual([0, 1, 2]);
    expect(harness.calls.map(({ args }) => (args as { Payload: number }).Payload)).toEqual([0, 1, 0, 1, 2]);
  });

  it('lets an iteration catch its own failure', async () => {
    const harness = play().on(INVOKE, (args: { Payload: number }) => {
      if (args.Payload === 1) throw new AslError('Boom');
      return 'ok';
    });
    const execution = await harness.run(
      map(
        {},
        {
          Work: work({
            Arguments: { Payload: '{% $states.input %}' },
            Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Note' }],
          }),
          Note: { Type: 'Pass', Output: 'noted', End: true },
        },
      ),
      [0, 1],
    );
    expect(output(execution)).toEqual(['ok', 'noted']);
  });
});
