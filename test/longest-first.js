import Sequencer from '@jest/test-sequencer';

/** Files that take long, the longest first: begun last, one of them alone would keep a core at the end. */
const long = [
  'workflow/roll-forwards',
  'workflow/scenarios',
  'promises/mutants',
  'workflow/live-at',
  'build/bundles',
  'simulation/regressions',
];
const rankOf = ({ path }) => {
  const index = long.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return index === -1 ? long.length : index;
};

/** Runs the long tests first on a machine that has not timed them yet; otherwise by jest's own order. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const ordered = super.sort(tests);
    const untimed = tests.some(({ duration }) => duration === undefined);
    return untimed ? ordered.sort((a, b) => rankOf(a) - rankOf(b)) : ordered;
  }
}
