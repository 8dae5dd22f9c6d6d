// The SDK warns of Node.js versions it is about to leave; the tests run on the oldest that contributors may have.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

/** Tests run as TypeScript through swc; no test sleeps, reads the wall clock or opens a socket. */
export default {
  testEnvironment: 'node',
  // Libraries keep references to globals between files; cleaning those up only makes noise.
  testEnvironmentOptions: { globalsCleanup: 'off' },
  // Whole machines run in a test; no test waits, so this only has to be longer than a busy machine is slow.
  testTimeout: 180_000,
  // Half of the time goes by on one core otherwise: jest leaves one to the terminal.
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/longest-first.js',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  moduleFileExtensions: ['ts', 'js', 'json', 'node'],
};
