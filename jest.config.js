// The SDK warns of Node.js versions it is about to leave; the tests run on the oldest that contributors may have.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Folders of the tests that use the product alone: mocked clients, and the ledger's table in memory. */
const product = ['unit', 'cli'];

/** Plain Node.js processes with tsx, as `npm run rehearse` has them: docs/decisions/0014-tests-in-plain-node.md. */
const inPlainNode = {
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  setupFiles: ['tsx', '<rootDir>/test/unmock-between-files.ts'],
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  transform: {},
  // The copy of the project that `npm run mutate` works on.
  modulePathIgnorePatterns: ['<rootDir>/.stryker-tmp'],
};

/** No test sleeps, reads the wall clock or opens a socket. */
export default {
  // Half of the time goes by on one core otherwise: jest leaves one to the terminal.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/longest-first.js',
  // Projects have processes of their own: the tests of the product stub the prototypes of SDK clients.
  projects: [
    {
      ...inPlainNode,
      displayName: 'product',
      testMatch: product.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
    },
    {
      ...inPlainNode,
      displayName: 'simulator',
      testMatch: ['<rootDir>/packages/account-simulator/test/**/*.test.ts'],
    },
    {
      ...inPlainNode,
      displayName: 'machines',
      testMatch: ['<rootDir>/test/**/*.test.ts', '<rootDir>/packages/rehearsal/test/**/*.test.ts'],
      testPathIgnorePatterns: product.map((folder) => `<rootDir>/test/${folder}/`),
    },
  ],
};
