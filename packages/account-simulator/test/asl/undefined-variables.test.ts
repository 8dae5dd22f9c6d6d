import { undefinedVariables } from '../../asl/check/undefined-variables.ts';
import { InvalidDefinition } from '../../asl/compile/compile-definition.ts';
import { machine, work } from './harness.ts';

const find = (states: object) =>
  undefinedVariables(machine(states)).map(({ state, field, variable }) => `${state} ${field} $${variable}`);

describe('undefinedVariables', () => {
  it('finds a variable that no state assigns', () => {
    expect(find({ A: { Type: 'Pass', Output: { deep: ['{% $x %}'] }, End: true } })).toEqual([
      'A Output/deep[0] $x',
    ]);
  });

  it('finds a variable that is assigned only later, or by the state itself', () => {
    expect(
      find({
        A: { Type: 'Pass', Assign: { x: 1, y: '{% $x %}' }, Output: '{% $z %}', Next: 'B' },
        B: { Type: 'Pass', Assign: { z: '{% $x + $y %}' }, End: true },
      }),
    ).toEqual(['A Assign/y $x', 'A Output $z']);
  });

  it('accepts an assignment in an earlier turn of a loop', () => {
    expect(
      find({
        A: { Type: 'Pass', Output: '{% $exists($n) %}', Next: 'B' },
        B: { Type: 'Pass', Assign: { n: 1 }, Next: 'C' },
        C: { Type: 'Choice', Choices: [{ Condition: '{% $n > 1 %}', Next: 'A' }], Default: 'D' },
        D: { Type: 'Succeed' },
      }),
    ).toEqual([]);
  });

  it('follows rules, Default and catchers each with their own Assign', () => {
    expect(
      find({
        Pick: {
          Type: 'Choice',
          Choices: [{ Condition: true, Assign: { rule: 1 }, Next: 'Ruled' }],
          Default: 'Work',
          Assign: { fallback: 1 },
        },
        Ruled: { Type: 'Succeed', Output: ['{% $rule %}', '{% $fallback %}'] },
        Work: work({
          Arguments: '{% $rule & $fallback %}',
          Assign: { done: 1 },
          Catch: [{ ErrorEquals: ['States.ALL'], Assign: { failed: 1 }, Next: 'Caught' }],
        }),
        Caught: { Type: 'Succeed', Output: ['{% $failed %}', '{% $done %}'] },
      }),
    ).toEqual(['Ruled Output[1] $fallback', 'Work Arguments $rule', 'Caught Output[1] $done']);
  });

  it('lets inner states read outer variables, but not those of a sibling branch', () => {
    const branch = (name: string, fields: object) => ({
      StartAt: name,
      States: { [name]: { Type: 'Pass', End: true, ...fields } },
    });
    expect(
      find({
        A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Branches: [
            branch('B', { Assign: { mine: '{% $outer %}' } }),
            branch('C', { Output: '{% $mine %}' }),
          ],
          Output: '{% $mine %}',
          End: true,
        },
      }),
    ).toEqual(['P Output $mine', 'C Output $mine']);
  });

  it('hides outer variables from a Distributed Map', () => {
    const map = (mode: object | undefined) => ({
      A: { Type: 'Pass', Assign: { outer: 1 }, Next: 'M' },
      M: {
        Type: 'Map',
        ItemSelector: '{% $outer %}',
        ItemProcessor: {
          ...(mode && { ProcessorConfig: mode }),
          StartAt: 'I',
          States: { I: { Type: 'Pass', Output: '{% $outer %}', End: true } },
        },
        End: true,
      },
    });
    expect(find(map(undefined))).toEqual([]);
    expect(find(map({ Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }))).toEqual(['I Output $outer']);
  });

  it("knows an expression's own bindings and the built-in functions", () => {
    expect(
      find({
        A: {
          Type: 'Pass',
          Output: [
            '{% ($a := 1; $f := function($p){ $p + $a }; $f($a)) %}',
            '{% $map($states.input.l, function($v, $i){ $v & $i & $uuid() }) %}',
            '{% $states.input.l#$k.{ "k": $k } %}',
            '{% $reduce($range(1, 3, 1), $sum) %}',
            '{% ($a := 1; 2) + $a %}',
          ],
          End: true,
        },
      }),
    ).toEqual(['A Output[4] $a']);
  });

  it('looks into every field that takes expressions', () => {
    expect(
      find({
        W: { Type: 'Wait', Seconds: '{% $a %}', Next: 'T' },
        T: work({ TimeoutSeconds: '{% $b %}', HeartbeatSeconds: '{% $c %}', Next: 'C', End: undefined }),
        C: {
          Type: 'Choice',
          Choices: [{ Condition: '{% $d %}', Output: '{% $e %}', Next: 'F' }],
          Default: 'F',
        },
        F: { Type: 'Fail', Error: '{% $f %}', Cause: '{% $g %}' },
      }).map((line) => line.split('$')[1]),
    ).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('refuses a definition that is not valid', () => {
    expect(() => find({ A: { Type: 'Pass' } })).toThrow(InvalidDefinition);
  });
});
