import { unassignedVariables } from '../../asl/check/unassigned-variables.ts';
import { machine, work } from './harness.ts';

const find = (states: object) =>
  unassignedVariables(machine(states)).map(({ state, field, variable }) => `${state} ${field} $${variable}`);

const pass = (fields: object) => ({ Type: 'Pass', ...fields });
const choice = (rules: readonly (readonly [condition: string, next: string])[], Default: string) => ({
  Type: 'Choice',
  Choices: rules.map(([condition, Next]) => ({ Condition: `{% ${condition} %}`, Next })),
  Default,
});

describe('unassignedVariables', () => {
  it('finds a variable that only some ways assign', () => {
    expect(
      find({
        Pick: choice([['$states.input.a', 'With']], 'Without'),
        With: pass({ Assign: { x: 1 }, Next: 'Read' }),
        Without: pass({ Next: 'Read' }),
        Read: { Type: 'Succeed', Output: '{% $x %}' },
      }),
    ).toEqual(['Read Output $x']);
  });

  it('finds a variable that a catcher leaves out, or that only a later turn of a loop assigns', () => {
    expect(
      find({
        Look: work({
          Arguments: { Payload: '{% $seen %}' },
          Assign: { seen: 1 },
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Stop' }],
          Next: 'Look2',
          End: undefined,
        }),
        Look2: choice([['$seen > 1', 'Look']], 'Done'),
        Stop: { Type: 'Fail', Error: '{% $failure.Error %}' },
        Done: { Type: 'Succeed' },
      }),
    ).toEqual(['Look Arguments/Payload $seen', 'Stop Error $failure']);
  });

  it('uses the conditions on a way as facts', () => {
    const states = (second: string) => ({
      First: pass({ Assign: { kind: '{% $states.input.kind %}' }, Next: 'Pick' }),
      Pick: choice([['$kind = "release"', 'Open']], 'Track'),
      Open: pass({ Assign: { release: 1 }, Next: 'Follow' }),
      Track: pass({ Next: 'Follow' }),
      Follow: choice([[second, 'Read']], 'Done'),
      Read: { Type: 'Succeed', Output: '{% $release %}' },
      Done: { Type: 'Succeed' },
    });
    for (const condition of [
      '$kind = "release"',
      '$kind in ["release"]',
      '$kind = "release" and $states.input.b',
      '($kind = "release")',
    ]) {
      expect(find(states(condition))).toEqual([]);
    }
    for (const condition of [
      '$kind = "rollback"',
      '$kind != "release"',
      '$kind in ["release", "rollback"]',
    ]) {
      expect(find(states(condition))).toEqual(['Read Output $release']);
    }
  });

  it('remembers conditions of any form, except those that depend on chance or read the input', () => {
    const states = (condition: string) => ({
      First: pass({ Assign: { n: '{% $states.input.n %}' }, Next: 'Pick' }),
      Pick: choice([[condition, 'Open']], 'Track'),
      Open: pass({ Assign: { x: 1 }, Next: 'Again' }),
      Track: pass({ Next: 'Again' }),
      Again: choice([[condition, 'Read']], 'Done'),
      Read: { Type: 'Succeed', Output: '{% $x %}' },
      Done: { Type: 'Succeed' },
    });
    for (const condition of ['$n > 3', '$n.deep', '$not($n > 3)', '$exists($n.a)', '$n > 3 and $n < 9']) {
      expect(find(states(condition))).toEqual([]);
    }
    for (const condition of ['$random() > 0.5', '$states.input.n > 3', '$n > $random()']) {
      expect(find(states(condition))).toEqual(['Read Output $x']);
    }
  });

  it('drops the facts about a variable that is assigned again', () => {
    expect(
      find({
        First: pass({ Assign: { kind: '{% $states.input.kind %}' }, Next: 'Pick' }),
        Pick: choice([['$kind = "a"', 'Open']], 'Change'),
        Open: pass({ Assign: { x: 1 }, Next: 'Again' }),
        Change: pass({ Assign: { kind: '{% $states.input.other %}' }, Next: 'Again' }),
        Again: choice([['$kind = "a"', 'Read']], 'Done'),
        Read: { Type: 'Succeed', Output: '{% $x %}' },
        Done: { Type: 'Succeed' },
      }),
    ).toEqual(['Read Output $x']);
  });

  it('treats an unequal value as possibly absent, which does not differ either', () => {
    expect(
      find({
        First: pass({ Assign: { a: '{% $states.input %}' }, Next: 'Pick' }),
        Pick: choice([['$a.kind = "x"', 'Done']], 'Open'),
        Open: choice([['$a.kind != "x"', 'Assign']], 'Read'),
        Assign: pass({ Assign: { x: 1 }, Next: 'Read' }),
        Read: { Type: 'Succeed', Output: '{% $x %}' },
        Done: { Type: 'Succeed' },
      }),
    ).toEqual(['Read Output $x']);
  });

  it('does not require a variable that is read only where it exists', () => {
    const read = (Output: string) =>
      find({
        Pick: choice([['$states.input.a', 'With']], 'Read'),
        With: pass({ Assign: { x: 1 }, Next: 'Read' }),
        Read: { Type: 'Succeed', Output: `{% ${Output} %}` },
      });
    for (const guarded of [
      '$exists($x) ? $x : 0',
      '$exists($x.a) and $x.a > 1',
      '$not($exists($x)) ? 0 : $x',
      '$exists($x) and $states.input.b ? $x + 1 : 0',
      '($x := 1; $x)',
      '$map([1], function($x){ $x })[0]',
    ]) {
      expect({ guarded, found: read(guarded) }).toEqual({ guarded, found: [] });
    }
    for (const open of [
      '$exists($x) ? 0 : $x',
      '$exists($states.input.b) ? $x : 0',
      '$exists($x) or $x > 1',
    ]) {
      expect({ open, found: read(open) }).toEqual({ open, found: ['Read Output $x'] });
    }
  });

  it('finds a member that is read of null, and none that a caught error has', () => {
    const states = (Assign: object) => ({
      First: work({
        Assign: { failure: null },
        Catch: [{ ErrorEquals: ['States.ALL'], Assign, Next: 'Stop' }],
        Next: 'Second',
        End: undefined,
      }),
      Second: work({ Catch: [{ ErrorEquals: ['States.ALL'], Assign, Next: 'Stop' }], End: true }),
      Stop: choice([['$exists($failure.Error)', 'Known']], 'Unknown'),
      Known: { Type: 'Fail', Error: '{% $failure.Error %}' },
      Unknown: { Type: 'Fail', Error: '{% $failure.Error %}' },
    });
    expect(find(states({ failure: '{% $states.errorOutput %}' }))).toEqual([]);
    expect(find(states({ failure: { Error: 'E', Cause: '{% $states.errorOutput.Cause %}' } }))).toEqual([]);
    expect(find(states({ other: 1 }))).toContain('Unknown Error $failure');
  });

  it('passes earlier assignments to iterations and branches, and none to a Distributed Map', () => {
    const map = (config: object | undefined, Assign: object) => ({
      A: pass({ Assign, Next: 'M' }),
      M: {
        Type: 'Map',
        ItemProcessor: {
          ...(config && { ProcessorConfig: config }),
          StartAt: 'I',
          States: { I: pass({ Output: '{% $outer %}', Assign: { inner: 1 }, End: true }) },
        },
        Output: '{% $outer %}',
        End: true,
      },
    });
    expect(find(map(undefined, { outer: 1 }))).toEqual([]);
    expect(find(map(undefined, { else: 1 }))).toEqual(['I Output $outer', 'M Output $outer']);
    expect(find(map({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, { outer: 1 }))).toEqual([
      'I Output $outer',
    ]);
  });

  it('ends on a machine with very many ways', () => {
    const names = Array.from({ length: 12 }, (_, i) => `S${i}`);
    const states = Object.fromEntries(
      names.flatMap((name, i) => [
        [name, choice([[`$v.a${i} = "x"`, `${name}a`]], `${name}b`)],
        [`${name}a`, pass({ Assign: { [`x${i}`]: 1 }, Next: names[i + 1] ?? 'Done' })],
        [`${name}b`, pass({ Next: names[i + 1] ?? 'Done' })],
      ]),
    );
    const first = pass({ Assign: { v: '{% $states.input %}' }, Next: 'S0' });
    expect(find({ First: first, ...states, Done: { Type: 'Succeed', Output: '{% $x11 %}' } })).toEqual([
      'Done Output $x11',
    ]);
  });
});
