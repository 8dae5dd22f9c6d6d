import { giveBackClock, output, play } from './harness.ts';

afterEach(giveBackClock);

const rules = {
  Kind: {
    Type: 'Choice',
    Choices: [
      { Condition: "{% $states.input.type != 'Private' %}", Next: 'Public' },
      {
        Condition: '{% $states.input.value >= 20 and $states.input.value < 30 %}',
        Assign: { range: 'twenties' },
        Next: 'Show',
      },
      {
        Condition: '{% $states.input.rating >= $states.input.threshold %}',
        Output: { excess: '{% $states.input.rating - $states.input.threshold %}' },
        Assign: { range: 'audit' },
        Next: 'Show',
      },
    ],
    Default: 'Show',
    Assign: { range: 'default' },
    Output: { by: 'default' },
  },
  Public: { Type: 'Succeed', Output: 'public' },
  Show: { Type: 'Succeed', Output: { range: '{% $range %}', input: '{% $states.input %}' } },
};

describe('Choice', () => {
  it('takes the first rule whose condition is true', async () => {
    expect(output(await play().run(rules, { type: 'Open', value: 25 }))).toBe('public');
  });

  it("passes its input on and makes only the chosen rule's assignments", async () => {
    const input = { type: 'Private', value: 23 };
    expect(output(await play().run(rules, input))).toEqual({ range: 'twenties', input });
  });

  it("outputs the chosen rule's output", async () => {
    const input = { type: 'Private', value: 5, rating: 9, threshold: 4 };
    expect(output(await play().run(rules, input))).toEqual({ range: 'audit', input: { excess: 5 } });
  });

  it('takes the Default with the state’s own Assign and Output where no rule matches', async () => {
    const input = { type: 'Private', value: 5, rating: 1, threshold: 4 };
    expect(output(await play().run(rules, input))).toEqual({ range: 'default', input: { by: 'default' } });
  });

  it('reports the rule taken', async () => {
    const harness = play();
    await harness.run(rules, { type: 'Private', value: 23 });
    expect(harness.routes).toMatchObject([
      { machine: 'machine-1', state: 'Kind', route: 'choice', index: 1 },
    ]);
  });

  it('fails with States.NoChoiceMatched where nothing matches and there is no Default', async () => {
    const execution = await play().run({
      A: { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'B' }] },
      B: { Type: 'Succeed' },
    });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
    expect(execution.cause).toContain("executing the state 'A' (entered at the event id #2)");
  });

  it('fails with a query error where a condition is no boolean', async () => {
    const execution = await play().run({
      A: { Type: 'Choice', Choices: [{ Condition: "{% 'true' %}", Next: 'B' }], Default: 'B' },
      B: { Type: 'Succeed' },
    });
    expect(execution.error).toBe('States.QueryEvaluationError');
    expect(execution.cause).toContain(
      "field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'string'",
    );
  });

  it('does not evaluate the conditions after the rule it takes', async () => {
    const execution = await play().run({
      A: {
        Type: 'Choice',
        Choices: [
          { Condition: true, Next: 'B' },
          { Condition: '{% $states.input.absent %}', Next: 'B' },
        ],
      },
      B: { Type: 'Succeed' },
    });
    expect(execution.status).toBe('SUCCEEDED');
  });
});
