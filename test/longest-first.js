import Sequencer from '@jest/test-sequencer';

/** Folders of whole machines, which take minutes: begun last, one of them alone would keep a core at the end. */
const long = /\/test\/(workflow|promises|simulation|faults|build|rehearsal)\//;

/** Runs the long tests first on a machine that has not timed them yet; otherwise by jest's own order. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const ordered = super.sort(tests);
    const rank = ({ path, duration }) => (duration === undefined && long.test(path) ? 0 : 1);
    return ordered.sort((a, b) => rank(a) - rank(b));
  }
}
