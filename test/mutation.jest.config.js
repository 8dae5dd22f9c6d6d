/** For `npm run mutate`: Stryker looks from inside at which test reaches which mutant, for which jest has to run them. */
export default {
  rootDir: '..',
  testEnvironment: 'node',
  testEnvironmentOptions: { globalsCleanup: 'off' },
  // The tests beside what is mutated; those of the functions around it take seconds for each mutant.
  testMatch: [
    '<rootDir>/test/unit/cut/*.test.ts',
    '<rootDir>/test/unit/shared/judge/*.test.ts',
    '<rootDir>/test/unit/shared/incident/*.test.ts',
    '<rootDir>/test/unit/functions/{plan-*,release-timeline,rollback-reasons,versions-before}.test.ts',
  ],
  testTimeout: 60_000,
  setupFiles: ['<rootDir>/test/mutation-setup.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};
